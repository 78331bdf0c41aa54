#pragma once

#include <torch/types.h>

#include "dircn/kernels/norm_act.h"

// The kernels of norm_act, for tensors: norm_act_cpu.h's and, where dircn was built with them,
// norm_act_cuda.h's.

namespace dircn {

/// Whether there are kernels for x: `has_kernel_form`, or on a CUDA GPU dense float32 or bfloat16
/// [B, C, H, W] in LibTorch's usual layout or with channels last.
bool has_norm_kernel(const torch::Tensor& x);

/// The layout of an x that has kernels.
torch::MemoryFormat kernel_format(const torch::Tensor& x);

// All images below are as x, in shape, dtype, layout and device.

/// Dense [B, C] on x's device: statistics in double, scale and shift in single precision.
struct KernelTerms {
  torch::Tensor mean, std, scale, shift;
};

/// What `kernel_backward` writes. `residual` is undefined where there was none or the activation is
/// none (its gradient is then that of y).
struct KernelGradients {
  torch::Tensor x, residual, scale, shift;
};

ChannelStatistics kernel_statistics(const torch::Tensor& x);

/// `residual` may be undefined, y may be x.
void kernel_forward(const torch::Tensor& x, const torch::Tensor& residual, const torch::Tensor& y,
                    const KernelTerms& terms, Activation activation);

/// `residual` is undefined where there was none or the activation is none.
void kernel_backward(const torch::Tensor& x, const torch::Tensor& residual, const torch::Tensor& dy,
                     const KernelTerms& terms, Activation activation,
                     const KernelGradients& gradients);

}  // namespace dircn
