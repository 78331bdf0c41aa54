#include <torch/optim/adam.h>
#include <torch/optim/adamw.h>
#include <torch/optim/sgd.h>
#include <torch/types.h>

#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <utility>

#include "dircn/runtime/torch_compat.h"
#include "dircn/train/optimizer.h"

namespace dircn {
namespace {

using torch::optim::AdamOptions;
using torch::optim::AdamParamState;
using torch::optim::AdamWOptions;
using torch::optim::AdamWParamState;
using torch::optim::OptimizerOptions;
using torch::optim::OptimizerParamState;
using torch::optim::SGDOptions;
using torch::optim::SGDParamState;

/// Of Adam or AdamW.
template <typename State>
PickleDict adam_entry(const OptimizerParamState& untyped) {
  const auto& state = static_cast<const State&>(untyped);
  PickleDict entry{{"step", torch::tensor(static_cast<float>(state.step()))},
                   {"exp_avg", state.exp_avg()},
                   {"exp_avg_sq", state.exp_avg_sq()}};
  if (state.max_exp_avg_sq().defined()) {
    entry.set("max_exp_avg_sq", state.max_exp_avg_sq());
  }
  return entry;
}

PickleDict entry_of(const OptimizerParamState& state, OptimizerKind kind) {
  switch (kind) {
    case OptimizerKind::adamw:
      return adam_entry<AdamWParamState>(state);
    case OptimizerKind::sgd:
      return {{"momentum_buffer", static_cast<const SGDParamState&>(state).momentum_buffer()}};
    case OptimizerKind::adam:
      break;
  }
  return adam_entry<AdamParamState>(state);
}

template <typename Options>
PickleDict adam_group(const OptimizerOptions& untyped, bool decoupled) {
  const auto& options = static_cast<const Options&>(untyped);
  const auto [beta1, beta2] = options.betas();
  return {{"lr", options.lr()},
          {"betas", PickleValue::tuple({beta1, beta2})},
          {"eps", options.eps()},
          {"weight_decay", options.weight_decay()},
          {"amsgrad", options.amsgrad()},
          {"capturable", false},
          {"decoupled_weight_decay", decoupled}};
}

PickleDict sgd_group(const OptimizerOptions& untyped) {
  const auto& options = static_cast<const SGDOptions&>(untyped);
  return {{"lr", options.lr()},
          {"momentum", options.momentum()},
          {"dampening", options.dampening()},
          {"weight_decay", options.weight_decay()},
          {"nesterov", options.nesterov()}};
}

/// With all that Python's optimisers look up; settings that LibTorch's do not have are off.
PickleDict group_of(const OptimizerOptions& options, OptimizerKind kind,
                    PickleValue::List parameters) {
  PickleDict group = kind == OptimizerKind::sgd     ? sgd_group(options)
                     : kind == OptimizerKind::adamw ? adam_group<AdamWOptions>(options, true)
                                                    : adam_group<AdamOptions>(options, false);
  group.set("maximize", false);
  group.set("foreach", PickleValue());
  group.set("differentiable", false);
  group.set("fused", PickleValue());
  group.set("params", PickleValue::list(std::move(parameters)));
  return group;
}

}  // namespace

PickleDict optimizer_state(torch::optim::Optimizer& optimizer, const OptimizerConfig& config,
                           const Network& network) {
  PickleDict states;
  std::map<const void*, int64_t> index_of;
  int64_t index = 0;
  for (const auto& parameter : network->parameters()) {
    index_of[parameter.unsafeGetTensorImpl()] = index;
    const auto found = optimizer.state().find(compat::optimizer_key(parameter));
    if (found != optimizer.state().end()) {
      states.set(index, entry_of(*found->second, config.kind));
    }
    ++index;
  }
  PickleValue::List groups;
  for (auto& group : optimizer.param_groups()) {
    PickleValue::List indices;
    for (const auto& parameter : group.params()) {
      indices.emplace_back(index_of.at(parameter.unsafeGetTensorImpl()));
    }
    groups.emplace_back(group_of(group.options(), config.kind, std::move(indices)));
  }
  return {{"state", states}, {"param_groups", PickleValue::list(std::move(groups))}};
}

}  // namespace dircn
