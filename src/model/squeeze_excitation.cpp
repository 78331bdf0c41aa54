#include "dircn/model/squeeze_excitation.h"

#include <torch/types.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "dircn/runtime/precision_guard.h"

namespace dircn {
namespace {

torch::nn::Conv2d one_by_one(int64_t in, int64_t out) {
  return torch::nn::Conv2d(torch::nn::Conv2dOptions(in, out, 1));
}

torch::Tensor dense(torch::nn::Conv2d& layer, const torch::Tensor& x) {
  return torch::linear(x, layer->weight.flatten(1), layer->bias);
}

}  // namespace

int64_t squeezed_channels(int64_t channels, double ratio) {
  return std::max<int64_t>(1, static_cast<int64_t>(ratio * static_cast<double>(channels)));
}

SqueezeExcitationImpl::SqueezeExcitationImpl(int64_t channels, double ratio, SeSqueeze squeeze)
    : squeeze_(squeeze),
      layer_1_(register_module(
          "layer_1", one_by_one(squeeze == SeSqueeze::statistics ? 2 * channels : channels,
                                squeezed_channels(channels, ratio)))),
      layer_2_(
          register_module("layer_2", one_by_one(squeezed_channels(channels, ratio), channels))) {}

torch::Tensor SqueezeExcitationImpl::gate(const torch::Tensor& squeezed) {
  // A few numbers per block: bf16 would save nothing and cost digits.
  const PrecisionGuard full(squeezed.device(), Precision::fp32);
  return torch::sigmoid(dense(layer_2_, torch::relu(dense(layer_1_, squeezed))));
}

torch::Tensor SqueezeExcitationImpl::forward(InstanceNorm& norm, NormInput input,
                                             Activation activation,
                                             const std::optional<torch::Tensor>& residual) {
  torch::Tensor squeezed = norm->bias;
  if (squeeze_ == SeSqueeze::statistics) {
    if (!input.statistics || input.x.requires_grad()) {  // those at hand have no gradients
      input.statistics = channel_statistics(input.x);
    }
    const auto& [mean, std] = *input.statistics;
    squeezed = torch::cat({mean, std}, 1).to(norm->bias.scalar_type());
  }
  const auto factor = gate(squeezed);
  return norm_act(std::move(input), norm->weight * factor, norm->bias * factor, activation,
                  residual);
}

}  // namespace dircn
