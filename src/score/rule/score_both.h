#pragma once

#include <torch/types.h>

#include <optional>

#include "dircn/pictures/comparison_picture.h"
#include "dircn/score/scores.h"

namespace dircn {

/// `score(image)`, which may be none, of the reconstruction and of the zero-filled image.
template <typename Score>
std::optional<Metric> score_both(const SliceImages& images, const Score& score) {
  const std::optional<double> value = score(images.reconstruction);
  if (!value) {
    return std::nullopt;
  }
  Metric metric{*value};
  if (images.zero_filled) {
    metric.zero_filled = score(*images.zero_filled);
  }
  return metric;
}

/// Adds the SSIM that there is.
template <typename Score>
void add_ssim(SliceScore& slice, const SliceImages& images, const Score& score) {
  if (const auto metric = score_both(images, score)) {
    slice.metrics[kSsim] = *metric;
  }
}

}  // namespace dircn
