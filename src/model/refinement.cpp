#include "dircn/model/refinement.h"

#include <torch/types.h>

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

struct Padding {
  int64_t before;
  int64_t after;
};

Padding padding_of(int64_t size) {
  const int64_t total = (kMultiple - size % kMultiple) % kMultiple;
  return {total / 2, total - total / 2};
}

}  // namespace

RefinementImpl::RefinementImpl(const ResXUnetOptions& options)
    : model_(register_module("model", ResXUnet(options))) {}

torch::Tensor RefinementImpl::forward(const torch::Tensor& images, DecoderFeatures& features) {
  const int64_t height = images.size(2);
  const int64_t width = images.size(3);
  const auto rows = padding_of(height);
  const auto columns = padding_of(width);

  const auto x = complex_to_channels(images);
  const auto [std, mean] = torch::std_mean(x, {2, 3}, /*unbiased=*/true, /*keepdim=*/true);
  const auto normalized = divide_or_zero(x - mean, std);
  const auto padded =
      torch::constant_pad_nd(normalized, {columns.before, columns.after, rows.before, rows.after});
  const auto refined = model_->forward(in_fast_layout(padded), features)
                           .narrow(2, rows.before, height)
                           .narrow(3, columns.before, width)
                           .to(x.scalar_type());
  return channels_to_complex(refined * std.narrow(1, 0, kComplex) + mean.narrow(1, 0, kComplex));
}

}  // namespace dircn
