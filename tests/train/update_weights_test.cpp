// A step of the optimiser, by gradients that are set by hand.

#include "train/loop/update_weights.h"

#include <gtest/gtest.h>
#include <torch/types.h>
#include <torch/utils.h>

#include <cmath>
#include <limits>
#include <map>
#include <string>

#include "dircn/train/optimizer.h"
#include "support/devices.h"
#include "support/random_input.h"
#include "train/loop/not_finite.h"
#include "train/plan/phase_plan.h"
#include "train/plan/phase_start.h"
#include "train/plan/transfer.h"

namespace dircn::update_weights_test {
namespace {

using TensorMap = std::map<std::string, torch::Tensor>;

// Rates, weights and gradients are multiples of small powers of two, so that nothing rounds where
// nothing is clipped.
constexpr double kRate = 1.0 / 16;
constexpr double kDecay = 0.75;
constexpr PhaseProgress kProgress{0, 0.25, 0.5, 1};

/// SGD without momentum at a constant rate.
Config plain_descent() {
  Config config;
  config.model = testing::small_model();
  config.train.epochs = 1;
  config.train.learning_rate = kRate;
  config.train.schedule.kind = ScheduleKind::constant;
  config.train.optimizer.kind = OptimizerKind::sgd;
  config.train.optimizer.momentum = 0;
  return config;
}

/// Whole numbers as the gradients of whatever learns.
void set_gradients(const Network& network) {
  for (auto& parameter : network->parameters()) {
    if (parameter.requires_grad()) {
      parameter.mutable_grad() =
          torch::randint(-3, 4, parameter.sizes(), torch::kDouble).to(parameter.device());
    }
  }
}

/// The beginning of a run's first phase, with gradients.
TrainingState with_gradients(const Config& config, torch::Device device) {
  torch::manual_seed(4);
  const Network network = random_network(config.model, 1);
  network->to(torch::kDouble);
  {
    const torch::NoGradGuard no_grad;
    for (auto& parameter : network->parameters()) {
      parameter.copy_(torch::randint(-64, 65, parameter.sizes(), torch::kDouble) / 64);
    }
  }
  TrainingState state = begin_phase(network, RunPosition(), plan(config, 0), config, device);
  set_gradients(state.network);
  return state;
}

TensorMap weights_of(const Network& network) {
  TensorMap weights;
  for (const auto& parameter : network->named_parameters()) {
    weights[parameter.key()] = parameter.value().detach().clone();
  }
  return weights;
}

/// Those that there are.
TensorMap gradients_of(const Network& network) {
  TensorMap gradients;
  for (const auto& parameter : network->named_parameters()) {
    if (parameter.value().grad().defined()) {
      gradients[parameter.key()] = parameter.value().grad().clone();
    }
  }
  return gradients;
}

double norm_of(const TensorMap& tensors) {
  double squares = 0;
  for (const auto& [key, tensor] : tensors) {
    squares += tensor.square().sum().item<double>();
  }
  return std::sqrt(squares);
}

void expect_equal(const TensorMap& found, const TensorMap& expected) {
  ASSERT_EQ(found.size(), expected.size());
  for (const auto& [key, tensor] : expected) {
    EXPECT_TRUE(torch::equal(found.at(key), tensor)) << key;
  }
}

DIRCN_DEVICE_TEST(UpdateWeights, GoesDownTheGradient) {
  const Config config = plain_descent();
  TrainingState state = with_gradients(config, device);
  const auto gradients = gradients_of(state.network);
  auto expected = weights_of(state.network);
  ASSERT_EQ(gradients.size(), expected.size());
  for (auto& [key, weight] : expected) {
    weight -= kRate * gradients.at(key);
  }
  const WeightUpdate update = update_weights(state, config.train, kProgress);
  expect_equal(weights_of(state.network), expected);
  EXPECT_EQ(update.learning_rate, kRate);
  EXPECT_NEAR(update.gradient_norm, norm_of(gradients), 1e-12 * norm_of(gradients));
  EXPECT_FALSE(state.average.has_value());
}

DIRCN_DEVICE_TEST(UpdateWeights, TakesTheRateOfItsPlaceInThePhase) {
  Config config = plain_descent();
  config.train.schedule.warmup = 2;  // epochs, of which a quarter will be over
  TrainingState state = with_gradients(config, device);
  const auto gradients = gradients_of(state.network);
  auto expected = weights_of(state.network);
  for (auto& [key, weight] : expected) {
    weight -= kRate / 4 * gradients.at(key);
  }
  EXPECT_EQ(update_weights(state, config.train, kProgress).learning_rate, kRate / 4);
  expect_equal(weights_of(state.network), expected);
}

DIRCN_DEVICE_TEST(UpdateWeights, ClipsTheStepToItsNorm) {
  Config config = plain_descent();
  for (const double limit : {0.0, 2.0, 1e6}) {
    config.train.optimizer.clip_norm = limit;
    TrainingState state = with_gradients(config, device);
    const auto before = weights_of(state.network);
    const auto gradients = gradients_of(state.network);
    const double norm = norm_of(gradients);
    ASSERT_GT(norm, 2);
    ASSERT_LT(norm, 1e6);
    const double clipped = limit == 2 ? 2 : norm;
    const WeightUpdate update = update_weights(state, config.train, kProgress);
    EXPECT_NEAR(update.gradient_norm, norm, 1e-12 * norm) << limit;
    TensorMap steps;
    for (const auto& [key, weight] : weights_of(state.network)) {
      steps[key] = before.at(key) - weight;
      EXPECT_TRUE(
          torch::allclose(steps.at(key), kRate * clipped / norm * gradients.at(key), 0, 1e-14))
          << limit << ": " << key;
    }
    EXPECT_NEAR(norm_of(steps), kRate * clipped, 1e-9 * clipped) << limit;
  }
}

DIRCN_DEVICE_TEST(UpdateWeights, MultipliesTheRateByTheFactorOfEachRole) {
  Config config = plain_descent();
  config.train.optimizer.rate_factors = {0, 0.5, 2, 4};
  const std::map<ParameterRole, double> factors{{ParameterRole::sensitivity, 0},
                                                {ParameterRole::refinement, 0.5},
                                                {ParameterRole::data_consistency, 2},
                                                {ParameterRole::aggregation, 4}};
  TrainingState state = with_gradients(config, device);
  const auto gradients = gradients_of(state.network);
  auto expected = weights_of(state.network);
  std::map<ParameterRole, int> seen;
  for (auto& [key, weight] : expected) {
    const ParameterRole role = place_of(key)->role;
    weight -= kRate * factors.at(role) * gradients.at(key);
    ++seen[role];
  }
  EXPECT_EQ(seen.size(), 4U);
  // What is returned is the rate of a factor of 1.
  EXPECT_EQ(update_weights(state, config.train, kProgress).learning_rate, kRate);
  expect_equal(weights_of(state.network), expected);
}

DIRCN_DEVICE_TEST(UpdateWeights, MovesTheAverageByItsShareOfTheDifference) {
  Config config = plain_descent();
  config.train.ema = kDecay;
  TrainingState state = with_gradients(config, device);
  auto expected = weights_of(state.network);  // where the average begins
  for (int step = 0; step < 2; ++step) {
    update_weights(state, config.train, kProgress);
    const auto weights = weights_of(state.network);
    for (auto& [key, average] : expected) {
      average += (1 - kDecay) * (weights.at(key) - average);
    }
    expect_equal(weights_of(state.average->network()), expected);
  }
}

DIRCN_DEVICE_TEST(UpdateWeights, LeavesFrozenWeightsAndTheirAverage) {
  Config config = plain_descent();
  config.train.ema = kDecay;
  config.train.optimizer.weight_decay = 0.5;
  config.train.phases = {PhaseConfig()};
  config.train.phases[0].freeze = {"i_cascades.0.*"};
  TrainingState state = with_gradients(config, device);
  const auto gradients = gradients_of(state.network);
  auto expected = weights_of(state.network);
  ASSERT_LT(gradients.size(), expected.size());
  for (const auto& [key, gradient] : gradients) {
    expected.at(key) -= kRate * (gradient + 0.5 * expected.at(key));
  }
  const auto before = weights_of(state.network);
  update_weights(state, config.train, kProgress);
  expect_equal(weights_of(state.network), expected);
  const auto average = weights_of(state.average->network());
  for (const auto& [key, weight] : before) {
    if (gradients.count(key) == 0) {
      EXPECT_TRUE(torch::equal(average.at(key), weight)) << key;
    }
  }
}

DIRCN_DEVICE_TEST(UpdateWeights, ChangesNothingWhereAGradientIsNotFinite) {
  Config config = plain_descent();
  config.train.ema = kDecay;
  for (const auto kind : {OptimizerKind::adam, OptimizerKind::sgd}) {
    for (const double bad : {std::nan(""), std::numeric_limits<double>::infinity()}) {
      config.train.optimizer.kind = kind;
      config.train.optimizer.momentum = 0.9;
      config.train.optimizer.clip_norm = 1;
      TrainingState state = with_gradients(config, device);
      state.network->parameters().back().mutable_grad()[0] = bad;
      const auto before = weights_of(state.network);
      try {
        update_weights(state, config.train, kProgress);
        FAIL() << to_string(kind) << " took a step by " << bad;
      } catch (const NotFinite& error) {
        EXPECT_EQ(error.slices, "");
        EXPECT_EQ(error.numbers.rfind("gradient norm ", 0), 0U) << error.numbers;
      }
      expect_equal(weights_of(state.network), before);
      expect_equal(weights_of(state.average->network()), before);
      EXPECT_TRUE(state.optimizer->state().empty());
    }
  }
}

}  // namespace
}  // namespace dircn::update_weights_test
