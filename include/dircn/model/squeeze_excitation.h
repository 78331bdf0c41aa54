#pragma once

#include <torch/nn/module.h>
#include <torch/nn/modules/conv.h>
#include <torch/nn/pimpl.h>
#include <torch/types.h>

#include <optional>

#include "dircn/config/model_config.h"
#include "dircn/kernels/norm_act.h"
#include "dircn/model/instance_norm.h"

namespace dircn {

/// Channels of the layer that squeezes so many: max(1, ⌊ratio · channels⌋).
int64_t squeezed_channels(int64_t channels, double ratio);

/// Squeeze-and-excitation (Hu et al., arXiv 1709.01507, §3) of an instance norm's output.
///
/// Note [What the squeeze sees]: in this network the squeeze follows an affine instance norm, and
/// the spatial mean of that norm's output is its bias β, whatever the image. So
/// `SeSqueeze::normalized`, the published form, reads β and never the image: exactly the same gate
/// without the pooling pass. `SeSqueeze::statistics` squeezes what the norm takes away instead, the
/// mean and standard deviation of its input, so that it attends to the image; its first layer is
/// twice as wide.
///
/// Note [Gated norm]: scaling a norm's output γ·x̂ + β by a gate is the norm with (γ·gate, β·gate),
/// so the gate costs no pass over the image.
class SqueezeExcitationImpl : public torch::nn::Module {
 public:
  /// The squeezed layer has `squeezed_channels` channels.
  SqueezeExcitationImpl(int64_t channels, double ratio, SeSqueeze squeeze);

  /// act(norm(x) · gate + residual): [B, C, H, W] -> the same shape. A temporary input may be
  /// overwritten (`norm_act`).
  torch::Tensor forward(InstanceNorm& norm, NormInput input,
                        Activation activation = Activation::none,
                        const std::optional<torch::Tensor>& residual = std::nullopt);

 private:
  torch::Tensor gate(const torch::Tensor& squeezed);

  SeSqueeze squeeze_;
  torch::nn::Conv2d
      layer_1_;  // 1×1; convolutions, because checkpoints hold [out, in, 1, 1] weights
  torch::nn::Conv2d layer_2_;
};
TORCH_MODULE(SqueezeExcitation);

}  // namespace dircn
