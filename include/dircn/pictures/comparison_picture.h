#pragma once

#include <torch/types.h>

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace dircn {

/// The images of one slice, float32. Target and zero-filled image [h, w]; the reconstruction, too,
/// unless a rule of scores crops it.
struct SliceImages {
  torch::Tensor target;
  torch::Tensor reconstruction;
  std::optional<torch::Tensor> zero_filled = std::nullopt;
  std::map<std::string, torch::Tensor> more =
      {};  // beside the reconstruction: what was wanted and is there
};

/// How much the error is amplified in a comparison picture.
constexpr double kErrorGain = 5;

/// One slice of one or several runs as a grey picture, from left to right: zero-filled (where there
/// is such an image), the reconstruction of each run, target, |reconstruction − target| times
/// `kErrorGain` of each run, with a white gap between them. Grey values run from 0 to the target's
/// 99.8th percentile in all of them. uint8 [h, width].
torch::Tensor comparison_picture(const std::vector<SliceImages>& runs);

}  // namespace dircn
