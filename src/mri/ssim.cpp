#include "dircn/mri/ssim.h"

#include <torch/types.h>

#include <sstream>

#include "dircn/core/error.h"
#include "dircn/mri/order_one.h"
#include "dircn/runtime/precision_guard.h"

namespace dircn {
namespace {

constexpr int64_t kWindow = 7;
constexpr double kCentre = 3;
constexpr double kSigma = 1.5;
constexpr double kK1 = 0.01;
constexpr double kK2 = 0.03;

/// The Gaussian weights are rounded to float32 whatever the images are, because the reference's
/// are: that moves the loss by 3e-7, which is more than rounding.
torch::Tensor gaussian_weights() {
  const auto offset = torch::arange(kWindow, torch::kFloat) - kCentre;
  const auto profile = torch::exp(-offset.square() / (2 * kSigma * kSigma));
  const auto weights = profile.unsqueeze(1) * profile.unsqueeze(0);
  return weights / weights.sum();
}

torch::Tensor window_weights(SsimWindow window, const torch::TensorOptions& options) {
  const auto weights = window == SsimWindow::gaussian
                           ? gaussian_weights().to(options)
                           : torch::full({kWindow, kWindow}, 1.0 / (kWindow * kWindow), options);
  return weights.view({1, 1, kWindow, kWindow});
}

void check_shapes(const torch::Tensor& image, const torch::Tensor& target) {
  const bool usable = image.dim() == 3 && image.sizes() == target.sizes() &&
                      image.size(1) >= kWindow && image.size(2) >= kWindow;
  require(usable, [&] {
    std::ostringstream found;
    found << "image " << image.sizes() << " and target " << target.sizes();
    return Error::Parts{"structural similarity", found.str(),
                        "two equal shapes [B, H, W], 7 pixels or more a side"};
  });
}

}  // namespace

// SSIM has no unit, but its formula has the fourth power of one: in single precision it is 0 / 0
// for images of 1e-9, and inf / inf for those of 1e10. So images and range are divided by a power
// of two first, which changes no bit of what could be computed before.
torch::Tensor ssim_map(const torch::Tensor& images, const torch::Tensor& targets,
                       const torch::Tensor& data_range, SsimWindow window) {
  check_shapes(images, targets);
  const auto own_range = data_range.to(targets.options()).view({-1, 1, 1});
  const auto largest = targets.abs().amax({1, 2}, /*keepdim=*/true);
  const auto unit = to_order_one(torch::maximum(own_range.abs(), largest));
  const auto image = images * unit;
  const auto target = targets * unit;
  const auto range = own_range * unit;
  const int64_t padding = window == SsimWindow::gaussian ? kWindow / 2 : 0;
  const auto weights = window_weights(window, target.options());
  const auto fields = torch::stack({image, target, image * image, target * target, image * target});
  const auto means = torch::conv2d(fields.flatten(0, 1).unsqueeze(1), weights, {}, 1, padding)
                         .squeeze(1)
                         .unflatten(0, {5, image.size(0)});
  const auto ux = means[0];
  const auto uy = means[1];
  constexpr double kUnbiased = static_cast<double>(kWindow * kWindow) / (kWindow * kWindow - 1);
  const auto vx = kUnbiased * (means[2] - ux * ux);
  const auto vy = kUnbiased * (means[3] - uy * uy);
  const auto vxy = kUnbiased * (means[4] - ux * uy);
  const auto c1 = (kK1 * range).square();
  const auto c2 = (kK2 * range).square();
  const auto similarity = (2 * ux * uy + c1) * (2 * vxy + c2);
  const auto bound = (ux * ux + uy * uy + c1) * (vx + vy + c2);
  // Without a data range two flat windows give 0 / 0: alike if their means are.
  const auto undefined = bound == 0;
  return torch::where(undefined, (ux == uy).to(bound.scalar_type()),
                      similarity / torch::where(undefined, torch::ones_like(bound), bound));
}

torch::Tensor ssim_losses(const torch::Tensor& image, const torch::Tensor& target,
                          const torch::Tensor& data_range, SsimWindow window) {
  const PrecisionGuard guard(image.device(), Precision::fp32);
  return 1 - ssim_map(image, target, data_range, window).flatten(1).mean(1);
}

}  // namespace dircn
