#include <gtest/gtest.h>
#include <torch/nn/utils/convert_parameters.h>
#include <torch/optim/optimizer.h>
#include <torch/types.h>
#include <torch/utils.h>

#include <memory>
#include <string>

#include "dircn/core/error.h"
#include "dircn/formats/torch_file.h"
#include "dircn/train/optimizer.h"
#include "support/devices.h"
#include "support/paths.h"
#include "support/random_input.h"

namespace dircn::optimizer_state_test {
namespace {

constexpr OptimizerKind kKinds[] = {OptimizerKind::adam, OptimizerKind::adamw, OptimizerKind::sgd};

OptimizerConfig config_of(OptimizerKind kind) {
  OptimizerConfig config;
  config.kind = kind;
  config.weight_decay = 0.01;
  return config;
}

/// An optimiser after one step of all parameters but the first.
std::unique_ptr<torch::optim::Optimizer> stepped(const OptimizerConfig& config,
                                                 const Network& network) {
  auto optimizer = make_optimizer(config, network);
  set_learning_rate(*optimizer, config, 1e-3);
  auto parameters = network->parameters();
  for (size_t i = 1; i < parameters.size(); ++i) {
    parameters[i].mutable_grad() = torch::randn_like(parameters[i]);
  }
  optimizer->step();
  return optimizer;
}

const PickleDict& entries(const PickleValue& state) {
  return state.as_dict().at("state").as_dict();
}

/// All weights after the optimiser's next step with the gradients that are there; takes it back.
torch::Tensor next_step(torch::optim::Optimizer& optimizer, const OptimizerConfig& config,
                        const Network& network) {
  const auto before = torch::nn::utils::parameters_to_vector(network->parameters()).detach();
  set_learning_rate(optimizer, config, 1e-2);
  optimizer.step();
  auto after = torch::nn::utils::parameters_to_vector(network->parameters()).detach();
  EXPECT_FALSE(torch::equal(before, after));
  torch::nn::utils::vector_to_parameters(before.clone(), network->parameters());
  return after;
}

DIRCN_DEVICE_TEST(OptimizerState, ComesBackAsItWas) {
  torch::manual_seed(6);
  const testing::TemporaryFolder folder;
  for (const auto kind : kKinds) {
    SCOPED_TRACE(to_string(kind));
    const auto config = config_of(kind);
    const Network network = make_network(testing::small_model());
    network->to(device);
    const auto optimizer = stepped(config, network);
    save_torch_file(folder / "state.pt", optimizer_state(*optimizer, config, network));
    const PickleValue state = load_torch_file(folder / "state.pt");
    const auto other = make_optimizer(config, network);
    load_optimizer_state(*other, config, network, state, "state.pt");
    const PickleValue again = optimizer_state(*other, config, network);
    EXPECT_EQ(entries(state).size(), network->parameters().size() - 1);
    EXPECT_EQ(entries(state).find(0), nullptr);
    ASSERT_EQ(entries(again).size(), entries(state).size());
    for (const auto& [index, entry] : entries(state).entries()) {
      const auto& copy = entries(again).at(index).as_dict();
      ASSERT_EQ(copy.size(), entry.as_dict().size());
      for (const auto& [key, value] : entry.as_dict().entries()) {
        EXPECT_TRUE(torch::equal(copy.at(key).as_tensor().cpu(), value.as_tensor()));
      }
    }
    EXPECT_TRUE(
        torch::equal(next_step(*optimizer, config, network), next_step(*other, config, network)));
  }
}

TEST(OptimizerState, ForgetsWhatTheFileDoesNotHave) {
  const Network network = make_network(testing::small_model());
  const OptimizerConfig config;
  const auto fresh = make_optimizer(config, network);
  const auto optimizer = stepped(config, network);
  load_optimizer_state(*optimizer, config, network, optimizer_state(*fresh, config, network), "f");
  EXPECT_TRUE(optimizer->state().empty());
}

/// What loading says about a state that is none of this optimiser.
std::string complaint(const OptimizerConfig& config, const PickleDict& state) {
  const Network network = make_network(testing::small_model());
  try {
    load_optimizer_state(*make_optimizer(config, network), config, network, state, "file.pt");
  } catch (const Error& error) {
    return error.what();
  }
  return "none";
}

void expect_complaint(const OptimizerConfig& config, const PickleDict& state,
                      const std::string& about) {
  const auto text = complaint(config, state);
  EXPECT_NE(text.find("file.pt: optimizer"), std::string::npos) << text;
  EXPECT_NE(text.find(about), std::string::npos) << text;
}

TEST(OptimizerState, RefusesThatOfAnotherKind) {
  const Network network = make_network(testing::small_model());
  for (const auto saved : kKinds) {
    const auto config = config_of(saved);
    const auto state = optimizer_state(*stepped(config, network), config, network);
    for (const auto loaded : kKinds) {
      if (loaded == saved) {
        EXPECT_EQ(complaint(config, state), "none");
      } else {
        expect_complaint(config_of(loaded), state, "another kind of optimiser");
      }
    }
  }
}

TEST(OptimizerState, NamesWhatIsMissingOrDamaged) {
  const Network network = make_network(testing::small_model());
  auto config = config_of(OptimizerKind::adam);
  config.amsgrad = false;
  const auto good = optimizer_state(*stepped(config, network), config, network);
  const auto entry = good.at("state").as_dict().at(1).as_dict();
  const auto with_entry = [&](const PickleDict::Key& number, const PickleValue& value) {
    PickleDict state = good;
    state.set("state", PickleDict{{number, value}});
    return state;
  };
  const auto changed = [&](const std::string& key, const PickleValue& value) {
    PickleDict other = entry;
    other.set(key, value);
    return with_entry(1, other);
  };
  EXPECT_EQ(complaint(config, with_entry(1, entry)), "none");
  expect_complaint(config_of(OptimizerKind::adam), good, "max_exp_avg_sq");  // with AMSGrad
  expect_complaint(config, {}, "param_groups");
  expect_complaint(config, with_entry(1, PickleDict{}), "step");
  expect_complaint(config, with_entry(1, 7), "parameter 1");
  expect_complaint(config, with_entry(int64_t{100000}, entry), "no group");
  expect_complaint(config, with_entry("1", entry), "no group");
  expect_complaint(config, changed("exp_avg", torch::zeros({3, 1, 7})), "exp_avg");
  expect_complaint(config, changed("exp_avg_sq", "text"), "exp_avg_sq");
  for (const PickleValue& step :
       {PickleValue(-1), PickleValue(0.5), PickleValue(1e300), PickleValue(torch::zeros({2})),
        PickleValue(torch::zeros({}, torch::kComplexFloat))}) {
    expect_complaint(config, changed("step", step), "count of steps");
  }
  PickleDict groups = good;
  const auto& list = good.at("param_groups").as_list();
  groups.set("param_groups", PickleValue::list({list[0], list[1]}));
  expect_complaint(config, groups, "2 parameter groups");
  groups.set("param_groups", PickleValue::list({list[0], list[2], list[1], list[3]}));
  expect_complaint(config, groups, "group 1");
}

}  // namespace
}  // namespace dircn::optimizer_state_test
