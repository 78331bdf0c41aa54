#pragma once

#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>
#include <torch/types.h>

#include "dircn/kernels/norm_act.h"

namespace dircn {

/// Instance normalisation with learned scale (`weight`) and shift (`bias`), eps 1e-5, per image and
/// channel.
class InstanceNormImpl : public torch::nn::Module {
 public:
  explicit InstanceNormImpl(int64_t channels);

  /// act(norm(x)): [B, C, H, W] -> the same shape. A temporary input may be overwritten
  /// (`norm_act`).
  torch::Tensor forward(NormInput input, Activation activation = Activation::none);

  torch::Tensor weight;  // γ [C]
  torch::Tensor bias;    // β [C]
};
TORCH_MODULE(InstanceNorm);

}  // namespace dircn
