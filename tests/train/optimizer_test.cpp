#include "dircn/train/optimizer.h"

#include <gtest/gtest.h>
#include <torch/nn/utils/clip_grad.h>
#include <torch/types.h>
#include <torch/utils.h>

#include <cmath>
#include <limits>
#include <vector>

#include "support/devices.h"
#include "support/golden.h"
#include "support/random_input.h"

namespace dircn::optimizer_test {
namespace {

using testing::relative_max_error;

constexpr OptimizerKind kKinds[] = {OptimizerKind::adam, OptimizerKind::adamw, OptimizerKind::sgd};

TEST(Optimizer, HasEveryParameterOnceInTheGroupOfItsRole) {
  auto model = testing::small_model();
  const Network network = make_network(model);
  const auto optimizer = make_optimizer({}, network);
  ASSERT_EQ(optimizer->param_groups().size(), 4U);
  size_t parameters = 0;
  for (const auto& group : optimizer->param_groups()) {
    parameters += group.params().size();
  }
  EXPECT_EQ(parameters, network->parameters().size());
  EXPECT_EQ(optimizer->param_groups()[2].params().size(), 2U);  // one of each cascade
  EXPECT_EQ(optimizer->param_groups()[3].params().size(), 2U);
  model.aggregation = Aggregation::concat;  // has no aggregation weights
  EXPECT_EQ(make_optimizer({}, make_network(model))->param_groups().size(), 3U);
}

TEST(Optimizer, LearnsAtTheRatesOfTheRoles) {
  OptimizerConfig config;
  config.kind = OptimizerKind::sgd;
  config.momentum = 0;
  config.rate_factors = {0, 1, 0.5, 4};
  const Network network = make_network(testing::small_model());
  network->to(torch::kDouble);
  const auto optimizer = make_optimizer(config, network);
  set_learning_rate(*optimizer, config, 0.01);
  std::vector<torch::Tensor> before;
  for (auto& parameter : network->parameters()) {
    before.push_back(parameter.detach().clone());
    parameter.mutable_grad() = torch::ones_like(parameter);
  }
  optimizer->step();
  size_t i = 0;
  for (const auto& parameter : network->named_parameters()) {
    const double factor = parameter.key().rfind("sens_net", 0) == 0                 ? 0
                          : parameter.key().find("dc_weight") != std::string::npos  ? 0.5
                          : parameter.key().find("cat_weight") != std::string::npos ? 4
                                                                                    : 1;
    EXPECT_TRUE(torch::allclose(before[i++] - parameter.value().detach(),
                                torch::full_like(parameter.value(), 0.01 * factor), 0, 1e-12))
        << parameter.key();
  }
}

// One number under constant gradients, by the definitions. With AMSGrad the bias-corrected moments
// of a constant gradient g are g and g², so every step of Adam has the length of the rate.
TEST(Optimizer, TakesTheStepsOfItsDefinition) {
  const double rate = 0.1;
  const double decay = 0.5;
  const double g = -3;
  for (const auto kind : kKinds) {
    OptimizerConfig config;
    config.kind = kind;
    config.momentum = 0.9;
    config.weight_decay = kind == OptimizerKind::adamw ? decay : 0;
    auto x = torch::full({1}, 2.0, torch::kDouble).set_requires_grad(true);
    const auto optimizer = make_optimizer(config, {{x}});
    set_learning_rate(*optimizer, config, rate);
    double expected = 2;
    double velocity = 0;
    for (int step = 0; step < 3; ++step) {
      x.mutable_grad() = torch::full({1}, g, torch::kDouble);
      optimizer->step();
      velocity = 0.9 * velocity + g;
      expected = kind == OptimizerKind::sgd     ? expected - rate * velocity
                 : kind == OptimizerKind::adamw ? expected * (1 - rate * decay) + rate
                                                : expected + rate;
      EXPECT_NEAR(x.item<double>(), expected, 1e-8) << to_string(kind) << ", step " << step;
    }
  }
}

DIRCN_DEVICE_TEST(Optimizer, LeavesFrozenParametersAsTheyAreToTheBit) {
  for (const auto kind : kKinds) {
    OptimizerConfig config;
    config.kind = kind;
    config.weight_decay = 0.1;
    const Network network = make_network(testing::small_model());
    network->to(device);
    testing::perturb(network->parameters(), 3);
    std::vector<torch::Tensor> before;
    for (auto& parameter : network->named_parameters()) {
      before.push_back(parameter.value().detach().clone());
      parameter.value().mutable_grad() = torch::ones_like(parameter.value());  // an earlier phase's
      parameter.value().set_requires_grad(parameter.key().rfind("i_cascades.0.", 0) != 0);
    }
    const auto optimizer = make_optimizer(config, network);
    set_learning_rate(*optimizer, config, 0.1);
    optimizer->step();
    optimizer->step();
    size_t i = 0;
    for (const auto& parameter : network->named_parameters()) {
      EXPECT_EQ(torch::equal(parameter.value(), before[i++]), !parameter.value().requires_grad())
          << to_string(kind) << ": " << parameter.key();
    }
  }
}

/// Parameters with these gradients; the last one has none.
std::vector<torch::Tensor> with_gradients(const std::vector<torch::Tensor>& gradients) {
  std::vector<torch::Tensor> parameters;
  for (const auto& gradient : gradients) {
    parameters.push_back(torch::zeros_like(gradient).set_requires_grad(true));
    parameters.back().mutable_grad() = gradient.clone();
  }
  parameters.push_back(torch::zeros({4}).set_requires_grad(true));
  return parameters;
}

TEST(ClipGradients, ScalesThemToTheNormIfTheyAreLarger) {
  const auto a = torch::tensor({3.0f, 0.0f});
  const auto b = torch::tensor({-4.0f});
  const auto clipped = [&](double limit) {
    const auto parameters = with_gradients({a, b});
    EXPECT_DOUBLE_EQ(clip_gradients(parameters, limit), 5);
    EXPECT_FALSE(parameters[2].grad().defined());
    return std::vector<torch::Tensor>{parameters[0].grad(), parameters[1].grad()};
  };
  for (const double limit : {0.0, 5.0, 6.0}) {
    EXPECT_TRUE(torch::equal(clipped(limit)[0], a)) << limit;
    EXPECT_TRUE(torch::equal(clipped(limit)[1], b)) << limit;
  }
  EXPECT_LE(relative_max_error(clipped(0.5)[0], a / 10), 1e-6);
  EXPECT_LE(relative_max_error(clipped(0.5)[1], b / 10), 1e-6);
  EXPECT_EQ(clip_gradients(with_gradients({}), 1), 0);
}

TEST(ClipGradients, AgreesWithLibTorch) {
  torch::manual_seed(2);
  const std::vector<torch::Tensor> gradients{torch::randn({40, 30}), torch::randn({7})};
  const auto ours = with_gradients(gradients);
  const auto theirs = with_gradients(gradients);
  const double norm = torch::nn::utils::clip_grad_norm_(theirs, 2.5);
  EXPECT_NEAR(clip_gradients(ours, 2.5), norm, 1e-5 * norm);
  for (size_t i = 0; i < gradients.size(); ++i) {
    EXPECT_LE(relative_max_error(ours[i].grad(), theirs[i].grad()), 1e-5);
  }
}

TEST(ClipGradients, LeavesWhatIsNotFiniteAlone) {
  const float infinity = std::numeric_limits<float>::infinity();
  const auto sound = torch::tensor({3.0f});
  for (const float bad : {infinity, std::nanf("")}) {
    const auto parameters = with_gradients({sound, torch::tensor({bad})});
    EXPECT_FALSE(std::isfinite(clip_gradients(parameters, 1)));
    EXPECT_TRUE(torch::equal(parameters[0].grad(), sound));
  }
  // Squares of these have no float, but the norm is sound.
  const auto large = with_gradients({torch::tensor({3e30f, 4e30f})});
  EXPECT_NEAR(clip_gradients(large, 1) / 5e30, 1, 1e-6);
  EXPECT_LE(relative_max_error(large[0].grad(), torch::tensor({0.6f, 0.8f})), 1e-6);
}

}  // namespace
}  // namespace dircn::optimizer_test
