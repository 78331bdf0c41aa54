#pragma once

#include <torch/types.h>

#include <cstdint>
#include <vector>

#include "dircn/kernels/norm_act.h"

namespace dircn {

/// A 3×3 convolution with padding 1 and without bias, of the `sources`, [B, ., H, W] each, one
/// after the other along channels (they need not be concatenated for it). weight
/// [out, in / groups, 3, 3] -> [B, out, H, W] in the sources' dtype and memory layout, with its
/// statistics where a kernel took them on its way.
///
/// Channels-last sources of float32, and without AMX of bfloat16, on a CPU with vector registers
/// take kernels of dircn's own (convolve_cpu.h), which compute in single precision, with first
/// derivatives only; all others, and in float32 weights of more than 1 MB with small images,
/// LibTorch's operators.
NormInput convolve(const std::vector<torch::Tensor>& sources, const torch::Tensor& weight,
                   int64_t groups = 1);

}  // namespace dircn
