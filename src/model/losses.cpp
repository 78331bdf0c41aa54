#include "dircn/model/losses.h"

#include <torch/types.h>

#include "dircn/core/error.h"
#include "dircn/mri/ssim.h"

namespace dircn {
namespace {

/// The mean of each slice: [B, ...] -> [B].
torch::Tensor slice_means(const torch::Tensor& values) {
  return values.flatten(1).mean(1);
}

torch::Tensor uniform_range(SsimRange range, const torch::Tensor& target,
                            const torch::Tensor& volume_maximum) {
  if (range == SsimRange::target_max) {
    return target.amax({1, 2});
  }
  require(volume_maximum.defined(), [] {
    return Error::Parts{"train.loss.range", "volume_max, and slices without one",
                        "the attribute `max` of every training volume", "target_max does without."};
  });
  return volume_maximum;
}

}  // namespace

torch::Tensor gaussian_ssim_loss(const torch::Tensor& image, const torch::Tensor& target) {
  return gaussian_ssim_loss(image, target, value_range(target));
}

torch::Tensor gaussian_ssim_loss(const torch::Tensor& image, const torch::Tensor& target,
                                 const torch::Tensor& data_range) {
  return ssim_losses(image, target, data_range, SsimWindow::gaussian).mean();
}

torch::Tensor uniform_ssim_loss(const torch::Tensor& image, const torch::Tensor& target,
                                const torch::Tensor& data_range) {
  return ssim_losses(image, target, data_range, SsimWindow::uniform).mean();
}

LossTerms training_loss(const LossConfig& config, const torch::Tensor& image,
                        const torch::Tensor& target, const torch::Tensor& scale,
                        const torch::Tensor& volume_maximum) {
  const auto difference = (image - target) / scale.to(image.options()).view({-1, 1, 1});
  LossTerms terms;
  terms.total = torch::zeros({image.size(0)}, image.options());
  const auto add = [&terms](double weight, torch::Tensor& term, const auto& compute) {
    if (weight != 0) {
      term = compute();
      terms.total = terms.total + weight * term;
    }
  };
  add(config.gaussian_ssim, terms.gaussian_ssim,
      [&] { return ssim_losses(image, target, value_range(target), SsimWindow::gaussian); });
  add(config.uniform_ssim, terms.uniform_ssim, [&] {
    const auto range = uniform_range(config.range, target, volume_maximum);
    return ssim_losses(image, target, range, SsimWindow::uniform);
  });
  add(config.l1, terms.l1, [&] { return slice_means(difference.abs()); });
  add(config.mse, terms.mse, [&] { return slice_means(difference.square()); });
  return terms;
}

torch::Tensor value_range(const torch::Tensor& images) {
  return images.amax({1, 2}) - images.amin({1, 2});
}

}  // namespace dircn
