#include "dircn/nn/instance_norm.h"

#include <torch/types.h>

namespace dircn {
namespace {

constexpr double kEps = 1e-5;

torch::Tensor normalize(const torch::Tensor& x, const torch::Tensor& scale,
                        const torch::Tensor& shift) {
  return torch::instance_norm(x, scale, shift, {}, {}, /*use_input_stats=*/true, /*momentum=*/0.0,
                              kEps,
                              /*cudnn_enabled=*/true);
}

}  // namespace

InstanceNormImpl::InstanceNormImpl(int64_t channels)
    : weight(register_parameter("weight", torch::ones({channels}))),
      bias(register_parameter("bias", torch::zeros({channels}))) {}

torch::Tensor InstanceNormImpl::forward(const torch::Tensor& x) {
  return normalize(x, weight, bias);
}

torch::Tensor InstanceNormImpl::forward(const torch::Tensor& x, const torch::Tensor& gate) {
  if (gate.dim() == 1) {
    return normalize(x, weight * gate, bias * gate);
  }
  // One gate per image: instances are independent, so images become further channels of one image.
  const auto instances = x.reshape({1, -1, x.size(2), x.size(3)});
  return normalize(instances, (weight * gate).flatten(), (bias * gate).flatten()).view_as(x);
}

}  // namespace dircn
