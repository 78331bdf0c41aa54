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

torch::Tensor gaussian_ssim_plus_l1_loss(const torch::Tensor& image, const torch::Tensor& target) {
  return gaussian_ssim_loss(image, target) + torch::l1_loss(image, target);
}

torch::Tensor value_range(const torch::Tensor& images) {
  return images.amax({1, 2}) - images.amin({1, 2});
}

}  // namespace dircn
