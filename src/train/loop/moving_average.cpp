#include "train/loop/moving_average.h"

#include <torch/types.h>
#include <torch/utils.h>

#include <cstddef>
#include <string>

#include "dircn/core/error.h"
#include "dircn/model/module_state.h"

namespace dircn {
namespace {

/// A network of its own, with the same weights, device and dtype; it wants no gradients.
Network copy_of(const Network& network) {
  Network copy = make_network(network->config());
  const auto like = network->parameters().front();
  copy->to(like.device(), like.scalar_type());
  const auto from = state_of(*network);
  const auto to = state_of(*copy);
  for (size_t i = 0; i < from.size(); ++i) {
    torch::Tensor(to[i].second).copy_(from[i].second);
  }
  for (const auto& parameter : copy->parameters()) {
    parameter.set_requires_grad(false);
  }
  return copy;
}

}  // namespace

MovingAverage::MovingAverage(const Network& network, double decay)
    : average_(copy_of(network)), decay_(decay) {}

void MovingAverage::update(const Network& network) {
  const torch::NoGradGuard no_grad;
  auto averages = average_->parameters();
  const auto weights = network->parameters();
  require(averages.size() == weights.size(), [&] {
    return Error::Parts{"moving average of the weights",
                        std::to_string(weights.size()) + " parameters",
                        std::to_string(averages.size()), "It belongs to another network."};
  });
  for (size_t i = 0; i < averages.size(); ++i) {
    // average + (1 - decay) (weight - average): exact where both are the same, as decay · average +
    // (1 - decay) · weight would not be.
    averages[i].lerp_(weights[i], 1 - decay_);
  }
}

}  // namespace dircn
