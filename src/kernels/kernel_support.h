#pragma once

// What the tensors' side of the CPU kernels (norm_act.cpp, convolve.cpp) shares.

#include <c10/util/BFloat16.h>
#include <torch/types.h>

#include <string>

#include "dircn/runtime/simd.h"

namespace dircn {

constexpr auto kChannelsLast = torch::MemoryFormat::ChannelsLast;

/// What the kernels take: float32 or bfloat16 on the CPU, [B, C, H, W] with channels last.
inline bool has_kernel_form(const torch::Tensor& x) {
  static const std::string target = simd_target();  // as the environment says, before any kernel
  return x.is_cpu() && x.dim() == 4 && x.numel() > 0 && x.is_contiguous(kChannelsLast) &&
         (x.scalar_type() == torch::kFloat || x.scalar_type() == torch::kBFloat16);
}

/// Calls work(a value of x's type).
template <typename Work>
void with_storage_type(const torch::Tensor& x, const Work& work) {
  if (x.scalar_type() == torch::kFloat) {
    work(float{});
  } else {
    work(c10::BFloat16{});
  }
}

/// Without a gradient, in x's dtype and on its device.
inline torch::Tensor empty_in_form(torch::IntArrayRef sizes, const torch::Tensor& x,
                                   torch::MemoryFormat format) {
  return torch::empty(sizes, x.options().requires_grad(false).memory_format(format));
}

/// y with x's shape and dtype, on its device.
inline torch::Tensor in_form_of(const torch::Tensor& x, const torch::Tensor& y,
                                torch::MemoryFormat format) {
  return y.expand_as(x).to(x.device(), x.scalar_type()).contiguous(format);
}

/// What to do about a second derivative of a kernel.
constexpr const char* kInDoublePrecision =
    "Use double precision, which LibTorch's operators compute.";

}  // namespace dircn
