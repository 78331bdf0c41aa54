#include "dircn/mri/slice_ssim.h"

#include <torch/types.h>
#include <torch/utils.h>

#include <algorithm>
#include <cstdint>
#include <optional>

#include "dircn/mri/crop.h"
#include "dircn/mri/metrics.h"
#include "dircn/mri/ssim.h"

namespace dircn {
namespace {

constexpr int64_t kMargin = 3;  // what the valid map lacks on every side
constexpr int64_t kShortestSide = 2 * kMargin + 1;

/// In single precision, as the challenge computes: in regions without contrast that moves the fifth
/// decimal.
torch::Tensor similarity(const torch::Tensor& image, const torch::Tensor& target, double maximum) {
  return ssim_map(image.to(torch::kFloat).unsqueeze(0), target.to(torch::kFloat).unsqueeze(0),
                  torch::tensor(maximum), SsimWindow::uniform)
      .squeeze(0);
}

}  // namespace

double masked_ssim(const torch::Tensor& image, const torch::Tensor& target, double maximum,
                   double threshold) {
  const auto mask = foreground_mask(target, threshold);
  if (!mask.any().item<bool>()) {
    return 1;
  }
  return similarity(image * mask, target * mask, maximum).mean().item<double>();
}

std::optional<double> foreground_ssim(const torch::Tensor& image, const torch::Tensor& target,
                                      double maximum, double threshold) {
  const auto mask = foreground_mask(target, threshold);
  const auto scored =
      mask.slice(0, kMargin, target.size(0) - kMargin).slice(1, kMargin, target.size(1) - kMargin);
  if (!scored.any().item<bool>()) {
    return std::nullopt;
  }
  return similarity(image * mask, target * mask, maximum)
      .masked_select(scored)
      .mean()
      .item<double>();
}

std::optional<double> box_ssim(const torch::Tensor& image, const torch::Tensor& target,
                               double maximum, const Box& box) {
  const int64_t top = std::max<int64_t>(box.y, 0);
  const int64_t left = std::max<int64_t>(box.x, 0);
  const int64_t bottom = std::min(box.y + box.height, target.size(0));
  const int64_t right = std::min(box.x + box.width, target.size(1));
  if (bottom - top < kShortestSide || right - left < kShortestSide) {
    return std::nullopt;
  }
  const auto inside = [&](const torch::Tensor& x) {
    return x.slice(0, top, bottom).slice(1, left, right);
  };
  return similarity(inside(image), inside(target), maximum).mean().item<double>();
}

double whole_ssim(const torch::Tensor& image, const torch::Tensor& target, double data_range) {
  return ssim_map(image.to(torch::kDouble).unsqueeze(0), target.to(torch::kDouble).unsqueeze(0),
                  torch::scalar_tensor(data_range, torch::kDouble), SsimWindow::uniform)
      .mean()
      .item<double>();
}

double ssim_distance(const torch::Tensor& image, const torch::Tensor& target, int64_t crop) {
  const torch::NoGradGuard no_grad;
  const auto fit = [&](const torch::Tensor& whole) {
    return center_crop_or_pad(whole, std::min(crop, target.size(0)), std::min(crop, target.size(1)))
        .unsqueeze(0);
  };
  const torch::Tensor cropped = fit(target);
  return ssim_losses(fit(image), cropped, cropped.amax(), SsimWindow::uniform).item<double>();
}

}  // namespace dircn
