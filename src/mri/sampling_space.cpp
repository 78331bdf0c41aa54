#include "dircn/mri/sampling_space.h"

#include <torch/types.h>

#include "dircn/mri/fft.h"

namespace dircn {
namespace {

constexpr int64_t kHeight = -2;
constexpr int64_t kWidth = -1;

}  // namespace

SamplingSpace::SamplingSpace(const torch::Tensor& kspace, const torch::Tensor& mask) {
  const bool columns_only = mask.size(kHeight) == 1;
  axes_ = columns_only ? std::vector<int64_t>{kWidth} : std::vector<int64_t>{kHeight, kWidth};
  measured_ = roll(columns_only ? ifft1c(kspace, kHeight) : kspace);
  mask_ = roll(mask);
}

torch::Tensor SamplingSpace::to_kspace(const torch::Tensor& rolled_images) const {
  return torch::fft_fftn(rolled_images, {}, axes_, "ortho");
}

torch::Tensor SamplingSpace::to_images(const torch::Tensor& kspace) const {
  return torch::fft_ifftn(kspace, {}, axes_, "ortho");
}

torch::Tensor SamplingSpace::roll(const torch::Tensor& centred) const {
  return torch::fft_ifftshift(centred, axes_);
}

torch::Tensor SamplingSpace::unroll(const torch::Tensor& rolled) const {
  return torch::fft_fftshift(rolled, axes_);
}

}  // namespace dircn
