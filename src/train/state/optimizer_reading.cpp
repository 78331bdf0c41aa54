#include <torch/optim/adam.h>
#include <torch/optim/adamw.h>
#include <torch/optim/sgd.h>
#include <torch/types.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "dircn/config/names.h"
#include "dircn/core/error.h"
#include "dircn/runtime/torch_compat.h"
#include "dircn/train/optimizer.h"

namespace dircn {
namespace {

using torch::optim::AdamParamState;
using torch::optim::AdamWParamState;
using torch::optim::OptimizerParamState;
using torch::optim::SGDParamState;

constexpr const char* kOtherNetwork = "The optimiser belongs to another network.";

/// A tensor of one parameter's state, which must have the parameter's shape.
torch::Tensor moment(const PickleValue& value, const torch::Tensor& parameter,
                     const std::string& subject) {
  const auto& tensor = value.as_tensor(subject);
  require(tensor.sizes() == parameter.sizes() && tensor.is_floating_point(), [&] {
    std::ostringstream found;
    std::ostringstream expected;
    found << tensor.sizes() << " of " << tensor.dtype();
    expected << parameter.sizes() << " real, as the parameter";
    return Error::Parts{subject, found.str(), expected.str(), kOtherNetwork};
  });
  return tensor.to(parameter.options()).clone();
}

/// Newer Pythons keep the step count as a tensor.
int64_t step_count(const PickleValue& step, const std::string& subject) {
  constexpr double kMost = 1e15;
  double count = -1;
  if (!step.is_tensor()) {
    count = step.as_double(subject);
  } else if (step.as_tensor().numel() == 1 && !step.as_tensor().is_complex()) {
    count = step.as_tensor().item<double>();
  }
  require(count >= 0 && count <= kMost && std::floor(count) == count, [&] {
    return Error::Parts{subject, "no count of steps", "a whole number, 0 or more", ""};
  });
  return static_cast<int64_t>(count);
}

/// Of Adam or AdamW.
template <typename State>
std::unique_ptr<OptimizerParamState> adam_state(const PickleDict& entry,
                                                const torch::Tensor& parameter, bool amsgrad,
                                                const std::string& subject) {
  const auto tensor = [&](const std::string& key) {
    return moment(entry.at(key, subject), parameter, subject + ": " + key);
  };
  auto state = std::make_unique<State>();
  state->step(step_count(entry.at("step", subject), subject + ": step"));
  state->exp_avg(tensor("exp_avg"));
  state->exp_avg_sq(tensor("exp_avg_sq"));
  if (amsgrad) {
    state->max_exp_avg_sq(tensor("max_exp_avg_sq"));
  }
  return state;
}

/// Null where Python has kept a None.
std::unique_ptr<OptimizerParamState> sgd_state(const PickleDict& entry,
                                               const torch::Tensor& parameter,
                                               const std::string& subject) {
  const std::string key = "momentum_buffer";
  const auto& buffer = entry.at(key, subject);
  if (buffer.is_none()) {
    return nullptr;
  }
  auto state = std::make_unique<SGDParamState>();
  state->momentum_buffer(moment(buffer, parameter, subject + ": " + key));
  return state;
}

std::unique_ptr<OptimizerParamState> state_from(const PickleDict& entry,
                                                const torch::Tensor& parameter,
                                                const OptimizerConfig& config,
                                                const std::string& subject) {
  switch (config.kind) {
    case OptimizerKind::adamw:
      return adam_state<AdamWParamState>(entry, parameter, config.amsgrad, subject);
    case OptimizerKind::sgd:
      return sgd_state(entry, parameter, subject);
    case OptimizerKind::adam:
      break;
  }
  return adam_state<AdamParamState>(entry, parameter, config.amsgrad, subject);
}

/// Adam's and AdamW's states look the same; newer Pythons, and we, write down which it is.
void require_kind(const PickleDict& group, OptimizerKind kind, const std::string& subject) {
  const auto* decoupled = group.find("decoupled_weight_decay");
  const bool same = kind == OptimizerKind::sgd
                        ? group.find("momentum") != nullptr
                        : group.find("betas") != nullptr &&
                              (decoupled == nullptr ||
                               decoupled->as_bool(subject) == (kind == OptimizerKind::adamw));
  require(same, [&] {
    return Error::Parts{subject, "the state of another kind of optimiser",
                        "that of " + to_string(kind),
                        "Set train.optimizer.kind to what the run was started with."};
  });
}

/// Which parameter each number of the file stands for.
std::map<int64_t, torch::Tensor> numbered_parameters(const PickleValue::List& groups,
                                                     torch::optim::Optimizer& optimizer,
                                                     const OptimizerConfig& config,
                                                     const Network& network,
                                                     const std::string& subject) {
  std::vector<std::vector<torch::Tensor>> ours;
  if (groups.size() == 1) {
    ours.push_back(network->parameters());
  } else {
    for (const auto& group : optimizer.param_groups()) {
      ours.push_back(group.params());
    }
  }
  require(groups.size() == ours.size(), [&] {
    return Error::Parts{subject, std::to_string(groups.size()) + " parameter groups",
                        "1 or " + std::to_string(ours.size()), kOtherNetwork};
  });
  std::map<int64_t, torch::Tensor> numbered;
  for (size_t i = 0; i < groups.size(); ++i) {
    const std::string name = subject + ": group " + std::to_string(i);
    const auto& group = groups[i].as_dict(name);
    require_kind(group, config.kind, name);
    const auto& numbers = group.at("params", name).as_list(name);
    require(numbers.size() == ours[i].size(), [&] {
      return Error::Parts{name, std::to_string(numbers.size()) + " parameters",
                          std::to_string(ours[i].size()), kOtherNetwork};
    });
    for (size_t n = 0; n < numbers.size(); ++n) {
      numbered.emplace(numbers[n].as_int(name), ours[i][n]);
    }
  }
  return numbered;
}

}  // namespace

void load_optimizer_state(torch::optim::Optimizer& optimizer, const OptimizerConfig& config,
                          const Network& network, const PickleValue& state,
                          const std::filesystem::path& file) {
  const std::string subject = file.string() + ": optimizer";
  const auto& dict = state.as_dict(subject);
  const auto numbered =
      numbered_parameters(dict.at("param_groups", subject).as_list(subject + ": param_groups"),
                          optimizer, config, network, subject);
  optimizer.state().clear();
  for (const auto& [key, entry] :
       dict.at("state", subject).as_dict(subject + ": state").entries()) {
    const auto* number = std::get_if<int64_t>(&key);
    const auto place = number == nullptr ? numbered.end() : numbered.find(*number);
    require(place != numbered.end(), [&] {
      return Error::Parts{subject, "the state of a parameter that is in no group",
                          "numbers of its groups' params", "The file is damaged."};
    });
    const std::string name = subject + ": parameter " + std::to_string(*number);
    if (auto ours = state_from(entry.as_dict(name), place->second, config, name)) {
      optimizer.state()[compat::optimizer_key(place->second)] = std::move(ours);
    }
  }
}

}  // namespace dircn
