#include "dircn/mri/sampling_space.h"

#include <torch/types.h>

#include "dircn/mri/cache_blocks.h"
#include "dircn/mri/coils.h"
#include "dircn/mri/fft.h"
#include "dircn/runtime/gradients.h"

namespace dircn {
namespace {

constexpr int64_t kHeight = -2;
constexpr int64_t kWidth = -1;

std::vector<int64_t> transformed_axes(const torch::Tensor& mask) {
  const bool columns_only = mask.size(kHeight) == 1;
  return columns_only ? std::vector<int64_t>{kWidth} : std::vector<int64_t>{kHeight, kWidth};
}

}  // namespace

SamplingSpace::SamplingSpace(const torch::Tensor& kspace, const torch::Tensor& mask)
    : axes_(transformed_axes(mask)), mask_(roll(mask)) {
  const auto blocks = cache_blocks(kspace, kCoilDim);
  if (blocks.size() == 1 || records_gradients({kspace})) {
    measured_ = transformed(kspace);
    return;
  }
  measured_ = torch::empty(kspace.sizes(), kspace.options());
  for_each_block(blocks, [&](const CacheBlock& block) {
    measured_.slice(kCoilDim, block.begin, block.end)
        .copy_(transformed(kspace.slice(kCoilDim, block.begin, block.end)));
  });
}

SamplingSpace SamplingSpace::restored(const torch::Tensor& measured, const torch::Tensor& mask) {
  SamplingSpace space;
  space.axes_ = transformed_axes(mask);
  space.measured_ = measured;
  space.mask_ = mask;
  return space;
}

SamplingSpace SamplingSpace::part(int64_t dim, int64_t begin, int64_t end) const {
  return restored(measured_.slice(dim, begin, end), mask_);
}

torch::Tensor SamplingSpace::transformed(const torch::Tensor& kspace) const {
  return roll(rows_are_independent() ? ifft1c(kspace, kHeight) : kspace).contiguous();
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
