#include "dircn/model/instance_norm.h"

#include <torch/types.h>

#include <utility>

namespace dircn {

InstanceNormImpl::InstanceNormImpl(int64_t channels)
    : weight(register_parameter("weight", torch::ones({channels}))),
      bias(register_parameter("bias", torch::zeros({channels}))) {}

torch::Tensor InstanceNormImpl::forward(NormInput input, Activation activation) {
  return norm_act(std::move(input), weight, bias, activation);
}

}  // namespace dircn
