#include "dircn/nn/losses.h"

#include <torch/types.h>

#include "dircn/mri/ssim.h"

namespace dircn {

torch::Tensor gaussian_ssim_loss(const torch::Tensor& image, const torch::Tensor& target) {
  return gaussian_ssim_loss(image, target, value_range(target));
}

torch::Tensor gaussian_ssim_loss(const torch::Tensor& image, const torch::Tensor& target,
                                 const torch::Tensor& data_range) {
  return 1 - ssim_map(image, target, data_range, SsimWindow::gaussian).mean();
}

torch::Tensor uniform_ssim_loss(const torch::Tensor& image, const torch::Tensor& target,
                                const torch::Tensor& data_range) {
  return 1 - ssim_map(image, target, data_range, SsimWindow::uniform).mean();
}

LossTerms gaussian_ssim_plus_l1_loss(const torch::Tensor& image, const torch::Tensor& target) {
  const auto ssim = gaussian_ssim_loss(image, target);
  const auto l1 = torch::l1_loss(image, target);
  return {ssim + l1, ssim, l1};
}

torch::Tensor value_range(const torch::Tensor& images) {
  return images.amax({1, 2}) - images.amin({1, 2});
}

}  // namespace dircn
