#include "dircn/train/optimizer.h"

#include <torch/types.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <sstream>
#include <string>
#include <tuple>
#include <utility>

#include "dircn/core/error.h"
#include "dircn/core/torch_compat.h"

namespace dircn {
namespace {

/// A tensor of one parameter's state, which must have the parameter's shape.
torch::Tensor moment(const PickleDict& entry, const std::string& name,
                     const torch::Tensor& parameter, const std::string& subject) {
  const auto& value = entry.at(name, subject).as_tensor(subject + ": " + name);
  require(value.sizes() == parameter.sizes(), [&] {
    std::ostringstream found;
    std::ostringstream expected;
    found << name << " " << value.sizes();
    expected << parameter.sizes() << ", the parameter's shape";
    return Error::Parts{subject, found.str(), expected.str(),
                        "The optimiser belongs to another network."};
  });
  return value.to(parameter.options()).clone();
}

/// Newer Pythons keep the step count as a tensor.
int64_t step_count(const PickleValue& step, const std::string& subject) {
  const double count =
      step.is_tensor() ? step.as_tensor().item<double>() : step.as_double(subject + ": step");
  require(count >= 0 && std::floor(count) == count, [&] {
    return Error::Parts{subject + ": step", std::to_string(count), "a count of steps", ""};
  });
  return static_cast<int64_t>(count);
}

std::unique_ptr<torch::optim::AdamParamState> parameter_state(const PickleDict& entry,
                                                              const torch::Tensor& parameter,
                                                              const std::string& subject) {
  auto state = std::make_unique<torch::optim::AdamParamState>();
  state->step(step_count(entry.at("step", subject), subject));
  state->exp_avg(moment(entry, "exp_avg", parameter, subject));
  state->exp_avg_sq(moment(entry, "exp_avg_sq", parameter, subject));
  state->max_exp_avg_sq(moment(entry, "max_exp_avg_sq", parameter, subject));
  return state;
}

}  // namespace

torch::optim::Adam make_adam(const std::vector<torch::Tensor>& parameters, double learning_rate) {
  return torch::optim::Adam(parameters, torch::optim::AdamOptions(learning_rate).amsgrad(true));
}

double multi_step_rate(double base, const std::vector<int64_t>& milestones, double factor,
                       int64_t epoch) {
  const auto reached =
      std::count_if(milestones.begin(), milestones.end(), [&](int64_t m) { return m <= epoch; });
  return base * std::pow(factor, static_cast<double>(reached));
}

void set_learning_rate(torch::optim::Adam& optimizer, double rate) {
  for (auto& group : optimizer.param_groups()) {
    static_cast<torch::optim::AdamOptions&>(group.options()).lr(rate);
  }
}

PickleDict adam_state(torch::optim::Adam& optimizer, const std::vector<torch::Tensor>& parameters) {
  PickleDict states;
  PickleValue::List indices;
  for (size_t i = 0; i < parameters.size(); ++i) {
    const auto index = static_cast<int64_t>(i);
    indices.emplace_back(index);
    const auto found = optimizer.state().find(compat::optimizer_key(parameters[i]));
    if (found == optimizer.state().end()) {
      continue;
    }
    const auto& state = static_cast<torch::optim::AdamParamState&>(*found->second);
    states.set(index, PickleDict{{"step", torch::tensor(static_cast<float>(state.step()))},
                                 {"exp_avg", state.exp_avg()},
                                 {"exp_avg_sq", state.exp_avg_sq()},
                                 {"max_exp_avg_sq", state.max_exp_avg_sq()}});
  }
  const auto& options =
      static_cast<torch::optim::AdamOptions&>(optimizer.param_groups()[0].options());
  const PickleDict group{
      {"lr", options.lr()},
      {"betas", PickleValue::tuple({std::get<0>(options.betas()), std::get<1>(options.betas())})},
      {"eps", options.eps()},
      {"weight_decay", options.weight_decay()},
      {"amsgrad", options.amsgrad()},
      {"maximize", false},
      {"foreach", PickleValue()},
      {"capturable", false},
      {"differentiable", false},
      {"fused", PickleValue()},
      {"params", PickleValue::list(std::move(indices))}};
  return {{"state", states}, {"param_groups", PickleValue::list({group})}};
}

void load_adam_state(torch::optim::Adam& optimizer, const std::vector<torch::Tensor>& parameters,
                     const PickleValue& state, const std::filesystem::path& file) {
  const std::string subject = file.string() + ": optimizer";
  const auto& groups =
      state.as_dict(subject).at("param_groups", subject).as_list(subject + ": param_groups");
  require(groups.size() == 1, [&] {
    return Error::Parts{subject, std::to_string(groups.size()) + " parameter groups", "one", ""};
  });
  for (const auto& [key, entry] :
       state.as_dict().at("state", subject).as_dict(subject + ": state").entries()) {
    const auto* index = std::get_if<int64_t>(&key);
    require(index != nullptr && *index >= 0 && *index < static_cast<int64_t>(parameters.size()),
            [&] {
              return Error::Parts{subject, "the state of an unknown parameter",
                                  "indices below " + std::to_string(parameters.size()),
                                  "The optimiser belongs to another network."};
            });
    const auto& parameter = parameters[*index];
    const auto entry_subject = subject + ": parameter " + std::to_string(*index);
    optimizer.state()[compat::optimizer_key(parameter)] =
        parameter_state(entry.as_dict(entry_subject), parameter, entry_subject);
  }
  set_learning_rate(optimizer,
                    groups[0].as_dict(subject).at("lr", subject).as_double(subject + ": lr"));
}

}  // namespace dircn
