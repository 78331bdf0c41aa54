#include "dircn/train/optimizer.h"

#include <torch/optim/adam.h>
#include <torch/optim/adamw.h>
#include <torch/optim/sgd.h>
#include <torch/types.h>
#include <torch/utils.h>

#include <array>
#include <cmath>
#include <cstddef>
#include <memory>
#include <vector>

namespace dircn {
namespace {

constexpr size_t kRoles = 4;

/// Only the last group can be missing (concatenation has no aggregation weights, nor has
/// E2E-VarNet), so the index of a group is its role.
std::vector<std::vector<torch::Tensor>> by_role(const Network& network) {
  std::vector<std::vector<torch::Tensor>> groups(kRoles);
  for (const auto& parameter : network->named_parameters()) {
    groups[static_cast<size_t>(place_of(parameter.key()).value().role)].push_back(
        parameter.value());
  }
  if (groups.back().empty()) {
    groups.pop_back();
  }
  return groups;
}

/// Of Adam or AdamW.
template <typename Options>
Options adam_options(const OptimizerConfig& config) {
  return Options(0).weight_decay(config.weight_decay).amsgrad(config.amsgrad);
}

torch::optim::SGDOptions sgd_options(const OptimizerConfig& config) {
  return torch::optim::SGDOptions(0).momentum(config.momentum).weight_decay(config.weight_decay);
}

}  // namespace

std::unique_ptr<torch::optim::Optimizer> make_optimizer(const OptimizerConfig& config,
                                                        const Network& network) {
  return make_optimizer(config, by_role(network));
}

std::unique_ptr<torch::optim::Optimizer> make_optimizer(
    const OptimizerConfig& config, const std::vector<std::vector<torch::Tensor>>& groups) {
  std::vector<torch::optim::OptimizerParamGroup> parameters;
  for (const auto& group : groups) {
    parameters.emplace_back(group);
    for (const auto& parameter : group) {
      if (!parameter.requires_grad()) {
        parameter.mutable_grad() = torch::Tensor();
      }
    }
  }
  switch (config.kind) {
    case OptimizerKind::adamw:
      return std::make_unique<torch::optim::AdamW>(
          parameters, adam_options<torch::optim::AdamWOptions>(config));
    case OptimizerKind::sgd:
      return std::make_unique<torch::optim::SGD>(parameters, sgd_options(config));
    case OptimizerKind::adam:
      break;
  }
  return std::make_unique<torch::optim::Adam>(parameters,
                                              adam_options<torch::optim::AdamOptions>(config));
}

void set_learning_rate(torch::optim::Optimizer& optimizer, const OptimizerConfig& config,
                       double rate) {
  const RateFactors& factors = config.rate_factors;
  const std::array<double, kRoles> of_role{factors.sensitivity, factors.cascades,
                                           factors.data_consistency, factors.aggregation};
  for (size_t i = 0; i < optimizer.param_groups().size(); ++i) {
    optimizer.param_groups()[i].options().set_lr(rate * of_role.at(i));
  }
}

double clip_gradients(const std::vector<torch::Tensor>& parameters, double clip_norm) {
  const torch::NoGradGuard no_grad;
  std::vector<torch::Tensor> norms;
  for (const auto& parameter : parameters) {
    if (parameter.grad().defined()) {
      norms.push_back(parameter.grad().norm(2, torch::kDouble));
    }
  }
  const double norm = norms.empty() ? 0 : torch::stack(norms).norm().item<double>();
  if (clip_norm > 0 && norm > clip_norm && std::isfinite(norm)) {
    for (const auto& parameter : parameters) {
      if (parameter.grad().defined()) {
        parameter.mutable_grad().mul_(clip_norm / norm);
      }
    }
  }
  return norm;
}

}  // namespace dircn
