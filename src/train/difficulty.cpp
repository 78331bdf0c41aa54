#include "dircn/train/difficulty.h"

#include <torch/utils.h>

#include <algorithm>
#include <numeric>
#include <vector>

#include "dircn/core/progress.h"
#include "dircn/mri/crop.h"
#include "dircn/nn/losses.h"

namespace dircn {

double ssim_distance(const torch::Tensor& image, const torch::Tensor& target, int64_t crop) {
  const torch::NoGradGuard no_grad;
  const auto fit = [&](const torch::Tensor& whole) {
    return center_crop_or_pad(whole, std::min(crop, target.size(0)), std::min(crop, target.size(1)))
        .unsqueeze(0);
  };
  const torch::Tensor cropped = fit(target);
  return uniform_ssim_loss(fit(image), cropped, cropped.amax()).item<double>();
}

bool measure_difficulties(const SliceSet& set, const LoaderOptions& options, int64_t crop,
                          FocalWeights& focal, const std::function<bool()>& stop) {
  std::vector<int64_t> order(static_cast<size_t>(set.size()));
  std::iota(order.begin(), order.end(), 0);
  Loader loader(set, order, options);
  Progress progress(set.size(), "slices", "difficulty of the training set");
  while (const auto sample = loader.next()) {
    if (stop()) {
      return false;
    }
    focal.add_training_slice(ssim_distance(sample->zero_filled, sample->target, crop));
    progress.advance();
  }
  return true;
}

}  // namespace dircn
