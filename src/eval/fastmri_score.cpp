#include "dircn/eval/fastmri_score.h"

#include <cmath>
#include <cstdint>

#include "dircn/mri/ssim.h"

namespace dircn {

double whole_ssim(const torch::Tensor& image, const torch::Tensor& target, double data_range) {
  return ssim_map(image.to(torch::kDouble).unsqueeze(0), target.to(torch::kDouble).unsqueeze(0),
                  torch::scalar_tensor(data_range, torch::kDouble), SsimWindow::uniform)
      .mean()
      .item<double>();
}

void ErrorSums::add(const torch::Tensor& image, const torch::Tensor& target) {
  const torch::Tensor wanted = target.to(torch::kDouble);
  error_ += (image.to(torch::kDouble) - wanted).square().sum().item<double>();
  energy_ += wanted.square().sum().item<double>();
  pixels_ += target.numel();
}

double ErrorSums::psnr(double data_range) const {
  return 10 * std::log10(data_range * data_range * static_cast<double>(pixels_) / error_);
}

double ErrorSums::nmse() const {
  return error_ / energy_;
}

}  // namespace dircn
