#pragma once

#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>
#include <torch/types.h>

namespace dircn {

/// Instance normalisation with learned scale (`weight`) and shift (`bias`), eps 1e-5, per image and
/// channel.
///
/// Note [Gated norm]: squeeze-and-excitation multiplies every channel of a norm's output by a gate.
/// Scaling γ·x̂ + β by a gate is the norm with (γ·gate, β·gate), so the gate enters here and costs
/// no pass over the image.
class InstanceNormImpl : public torch::nn::Module {
 public:
  explicit InstanceNormImpl(int64_t channels);

  /// [B, C, H, W] -> the same shape.
  torch::Tensor forward(const torch::Tensor& x);

  /// The norm's output times `gate`: [C] (one for all images) or [B, C].
  torch::Tensor forward(const torch::Tensor& x, const torch::Tensor& gate);

  torch::Tensor weight;  // γ [C]
  torch::Tensor bias;    // β [C]
};
TORCH_MODULE(InstanceNorm);

}  // namespace dircn
