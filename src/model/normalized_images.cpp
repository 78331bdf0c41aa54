#include "model/normalized_images.h"

#include <torch/types.h>

#include <tuple>

#include "dircn/mri/coils.h"
#include "dircn/runtime/torch_compat.h"

namespace dircn {
namespace {

constexpr int64_t kMultiple = 16;  // four halvings
constexpr int64_t kComplex = 2;

/// [B, K, H, W] complex -> [B, 2K, H, W] real: re, im of the first image, re, im of the second, ...
torch::Tensor complex_to_channels(const torch::Tensor& images) {
  return torch::view_as_real(images.resolve_conj()).permute({0, 1, 4, 2, 3}).flatten(1, 2);
}

/// [B, 2, H, W] real -> [B, 1, H, W] complex.
torch::Tensor channels_to_complex(const torch::Tensor& channels) {
  return torch::complex(channels.select(1, 0), channels.select(1, 1)).unsqueeze(1);
}

/// Channels last where the kernels of convolve and norm_act are: on the CPU, in single precision or
/// what autocast makes of it. All that follows keeps that form. (`contiguous` would take a batch of
/// one as it is, with strides of which convolutions cannot tell the layout.)
torch::Tensor in_fast_layout(const torch::Tensor& x) {
  if (!x.is_cpu() || x.scalar_type() != torch::kFloat) {
    return x;
  }
  const bool narrow = compat::autocast_enabled(torch::kCPU);
  return x.to(narrow ? compat::autocast_dtype(torch::kCPU) : torch::kFloat, /*non_blocking=*/false,
              /*copy=*/true, torch::MemoryFormat::ChannelsLast);
}

}  // namespace

NormalizedImages::Padding NormalizedImages::padding_of(int64_t size) {
  const int64_t total = (kMultiple - size % kMultiple) % kMultiple;
  return {total / 2, total - total / 2};
}

NormalizedImages::NormalizedImages(const torch::Tensor& images)
    : height_(images.size(2)),
      width_(images.size(3)),
      rows_(padding_of(height_)),
      columns_(padding_of(width_)) {
  const auto x = complex_to_channels(images);
  std::tie(std_, mean_) = torch::std_mean(x, {2, 3}, /*unbiased=*/true, /*keepdim=*/true);
  const auto padded =
      torch::constant_pad_nd(divide_or_zero(x - mean_, std_),
                             {columns_.before, columns_.after, rows_.before, rows_.after});
  channels_ = in_fast_layout(padded);
}

torch::Tensor NormalizedImages::restored(const torch::Tensor& refined) const {
  const auto inner = refined.narrow(2, rows_.before, height_)
                         .narrow(3, columns_.before, width_)
                         .to(mean_.scalar_type());
  return channels_to_complex(inner * std_.narrow(1, 0, kComplex) + mean_.narrow(1, 0, kComplex));
}

}  // namespace dircn
