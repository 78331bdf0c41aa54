#include "dircn/mri/metrics.h"

#include <torch/types.h>

#include <cmath>

namespace dircn {
namespace {

/// `times` 3×3 dilations at once: the maximum over a square, one axis after the other.
torch::Tensor dilate(const torch::Tensor& mask, int64_t times) {
  const int64_t size = 2 * times + 1;
  const auto rows = torch::max_pool2d(mask, {size, 1}, {1, 1}, {times, 0});
  return torch::max_pool2d(rows, {1, size}, {1, 1}, {0, times});
}

torch::Tensor erode(const torch::Tensor& mask, int64_t times) {
  return 1 - dilate(1 - mask, times);
}

}  // namespace

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

double nmse(const torch::Tensor& image, const torch::Tensor& target) {
  ErrorSums sums;
  sums.add(image, target);
  return sums.nmse();
}

double psnr(const torch::Tensor& image, const torch::Tensor& target, double data_range) {
  ErrorSums sums;
  sums.add(image, target);
  return sums.psnr(data_range);
}

torch::Tensor foreground_mask(const torch::Tensor& target, double threshold) {
  const auto above =
      (target > threshold).to(torch::kFloat).view({1, 1, target.size(0), target.size(1)});
  return erode(dilate(erode(above, 1), 15), 14).squeeze(0).squeeze(0) > 0.5;
}

}  // namespace dircn
