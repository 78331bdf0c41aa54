// The optimiser's state means to Python what it means to us, both ways.

#include <gtest/gtest.h>
#include <torch/optim/optimizer.h>
#include <torch/types.h>
#include <torch/utils.h>

#include <memory>
#include <string>
#include <vector>

#include "dircn/formats/torch_file.h"
#include "dircn/train/optimizer.h"
#include "support/golden.h"
#include "support/paths.h"
#include "support/python.h"
#include "support/random_input.h"

namespace dircn::python_optimizer_test {
namespace {

constexpr double kRate = 3e-3;

OptimizerConfig config_of(OptimizerKind kind, bool amsgrad, double momentum, double decay) {
  OptimizerConfig config;
  config.kind = kind;
  config.amsgrad = amsgrad;
  config.momentum = momentum;
  config.weight_decay = decay;
  config.rate_factors = {0.5, 1, 2, 3};
  return config;
}

/// A network after three steps, with the gradients of the fourth; the first half of the sensitivity
/// network is frozen.
struct Case {
  explicit Case(const OptimizerConfig& options)
      : config(options), network(make_network(testing::small_model())) {
    network->to(torch::kDouble);
    testing::perturb(network->parameters(), 7);
    for (auto& parameter : network->named_parameters()) {
      parameter.value().set_requires_grad(parameter.key().rfind("sens_net.model.model.down", 0) !=
                                          0);
    }
    optimizer = make_optimizer(config, network);
    set_learning_rate(*optimizer, config, kRate);
    for (int i = 0; i < 4; ++i) {
      for (auto& parameter : network->parameters()) {
        if (parameter.requires_grad()) {
          parameter.mutable_grad() = torch::randn(parameter.sizes(), torch::kDouble);
        }
      }
      if (i < 3) {
        optimizer->step();
      }
    }
  }

  PickleDict for_python() {
    PickleValue::List keys;
    PickleValue::List parameters;
    PickleValue::List gradients;
    for (const auto& parameter : network->named_parameters()) {
      keys.emplace_back(parameter.key());
      parameters.emplace_back(parameter.value().detach());
      gradients.push_back(parameter.value().requires_grad() ? PickleValue(parameter.value().grad())
                                                            : PickleValue());
    }
    return {{"kind", to_string(config.kind)},
            {"keys", PickleValue::list(keys)},
            {"parameters", PickleValue::list(parameters)},
            {"gradients", PickleValue::list(gradients)},
            {"optimizer", optimizer_state(*optimizer, config, network)}};
  }

  OptimizerConfig config;
  Network network;
  std::unique_ptr<torch::optim::Optimizer> optimizer;
};

void expect_parameters(const Network& network, const PickleValue& expected,
                       const std::string& when) {
  const auto parameters = network->named_parameters();
  const auto& list = expected.as_list();
  ASSERT_EQ(parameters.size(), list.size());
  for (size_t i = 0; i < list.size(); ++i) {
    EXPECT_LE(testing::relative_max_error(parameters[i].value().detach(), list[i].as_tensor()),
              1e-10)
        << parameters[i].key() << " after the " << when << " step";
  }
}

TEST(OptimizerState, ContinuesInPythonAndBack) {
  DIRCN_NEEDS_PYTHON("torch");
  torch::manual_seed(5);
  std::vector<Case> cases;
  cases.emplace_back(config_of(OptimizerKind::adam, true, 0, 0));
  cases.emplace_back(config_of(OptimizerKind::adam, false, 0, 0.1));
  cases.emplace_back(config_of(OptimizerKind::adamw, true, 0, 0.1));
  cases.emplace_back(config_of(OptimizerKind::sgd, false, 0.9, 0.1));
  cases.emplace_back(config_of(OptimizerKind::sgd, false, 0, 0));
  PickleValue::List inputs;
  for (auto& one : cases) {
    inputs.emplace_back(one.for_python());
  }
  const testing::TemporaryFolder folder;
  save_torch_file(folder / "in.pt", PickleValue::list(inputs));
  const auto script = testing::source("tests/train/python_optimizer.py").string();
  ASSERT_EQ(testing::run_python("'" + script + "' '" + (folder / "in.pt").string() + "' '" +
                                (folder / "out.pt").string() + "'"),
            0);
  const auto outputs = load_torch_file(folder / "out.pt");
  ASSERT_EQ(outputs.as_list().size(), cases.size());
  for (size_t i = 0; i < cases.size(); ++i) {
    SCOPED_TRACE("case " + std::to_string(i));
    auto& [config, network, optimizer] = cases[i];
    const auto& output = outputs.as_list()[i].as_dict();
    optimizer->step();
    expect_parameters(network, output.at("first"), "first");
    // Python numbers the parameters as its groups have them.
    const auto resumed = make_optimizer(config, network);
    set_learning_rate(*resumed, config, kRate);
    load_optimizer_state(*resumed, config, network, output.at("optimizer"), folder / "out.pt");
    resumed->step();
    expect_parameters(network, output.at("second"), "second");
  }
}

}  // namespace
}  // namespace dircn::python_optimizer_test
