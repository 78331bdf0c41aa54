// Optimisation steps against tests/golden: S6c (Adam alone), S6b and S6 (whole training steps), S7
// (resumed).

#include <gtest/gtest.h>
#include <torch/types.h>
#include <torch/utils.h>

#include "dircn/core/error.h"
#include "dircn/model/checkpoint.h"
#include "dircn/model/losses.h"
#include "dircn/model/module_state.h"
#include "dircn/model/network.h"
#include "dircn/train/optimizer.h"
#include "support/devices.h"
#include "support/golden.h"
#include "support/paths.h"
#include "train/plan/rate_schedule.h"

namespace dircn::golden_steps_test {
namespace {

using testing::GoldenFile;
using testing::relative_max_error;

ScheduleConfig schedule_of(const torch::Tensor& milestones, double factor) {
  ScheduleConfig config;
  config.milestones.assign(milestones.data_ptr<int64_t>(),
                           milestones.data_ptr<int64_t>() + milestones.numel());
  config.factor = factor;
  return config;
}

TEST(Adam, EqualsTheReferenceStepByStepWithItsSchedule) {
  const GoldenFile golden("S6c_adam_only.pth");
  const int64_t count = golden.integer("num_params");
  std::vector<torch::Tensor> parameters;
  for (int64_t i = 0; i < count; ++i) {
    parameters.push_back(
        golden.tensor("param." + std::to_string(i) + ".initial").clone().set_requires_grad(true));
  }
  const OptimizerConfig config;
  const auto adam = make_optimizer(config, {parameters});
  const auto schedule = schedule_of(golden.tensor("milestones"), golden.number("gamma"));
  const RateSchedule rates(schedule, golden.number("lr"));
  for (int64_t step = 0; step < golden.integer("num_steps"); ++step) {
    const auto key = "step." + std::to_string(step) + ".";
    set_learning_rate(*adam, config, rates.rate({step, 0, 1, 6}));
    for (int64_t i = 0; i < count; ++i) {
      const auto gradient = key + "grad." + std::to_string(i);
      if (golden.has(gradient)) {
        parameters[i].mutable_grad() = golden.tensor(gradient).clone();
      }
    }
    adam->step();
    for (int64_t i = 0; i < count; ++i) {
      EXPECT_LE(relative_max_error(parameters[i].detach(),
                                   golden.tensor(key + "param." + std::to_string(i))),
                1e-6)
          << key << i;
    }
  }
}

TEST(RateSchedule, EqualsTheReferencesInEveryEpoch) {
  const GoldenFile golden("S6c_adam_only.pth");
  const auto expected = golden.tensor("lr_epochs_milestones_30_90").to(torch::kDouble);
  const RateSchedule rates(ScheduleConfig{}, golden.number("lr"));
  ASSERT_EQ(expected.numel(), 120);
  for (int64_t epoch = 0; epoch < expected.numel(); ++epoch) {
    const double rate = expected[epoch].item<double>();
    EXPECT_NEAR(rates.rate({epoch, 0.5, 0.6, 120}), rate, 1e-6 * rate) << epoch;
  }
}

struct Trained {
  Network network;
  std::vector<double> losses;  // before every step, and after the last
  torch::Tensor image;         // after the last step
};

/// As many steps on `inputs`' one slice as `golden` has.
Trained train(const GoldenFile& inputs, const GoldenFile& golden, torch::Device device,
              torch::ScalarType dtype) {
  Trained run{make_network(inputs.model_config()), {}, {}};
  testing::load_parameters(*run.network, inputs.tensors("state_dict"));
  run.network->to(device, dtype);
  const OptimizerConfig config;
  const auto adam = make_optimizer(config, run.network);
  set_learning_rate(*adam, config, golden.number("lr"));
  const auto kspace = inputs.kspace(dtype).to(device);
  const auto mask = inputs.mask().to(device);
  const auto target = inputs.tensor("target").to(device, dtype);
  const int64_t steps = golden.integer("steps");
  for (int64_t step = 0; step <= steps; ++step) {
    adam->zero_grad();
    run.image = run.network->forward(kspace, mask);
    const auto loss =
        training_loss(LossConfig{}, run.image, target,
                      torch::ones({target.size(0)}, target.options()), torch::Tensor())
            .total.mean();
    run.losses.push_back(loss.item<double>());
    if (step < steps) {
      loss.backward();
      adam->step();
    }
  }
  return run;
}

DIRCN_DEVICE_TEST(TrainingSteps, EqualTheReferenceInDoublePrecision) {
  const GoldenFile golden("S6b_train_step_f64.pth");
  const auto run = train(golden, golden, device, torch::kDouble);
  const auto losses = golden.tensor("losses");
  for (int64_t i = 0; i < losses.numel(); ++i) {
    EXPECT_NEAR(run.losses[i], losses[i].item<double>(), 1e-8) << i;
  }
  EXPECT_LE(relative_max_error(run.image.detach().cpu(), golden.tensor("output_after_3")), 1e-7);
  const auto expected = golden.tensors("params_after_3");
  for (const auto& parameter : run.network->named_parameters()) {
    EXPECT_LE((parameter.value().detach().cpu() - expected.at(parameter.key()))
                  .abs()
                  .max()
                  .item<double>(),
              1e-8)
        << parameter.key();
  }
}

// Adam's first steps follow the signs of gradients, so single precision only agrees on average: see
// golden/README.md.
DIRCN_DEVICE_TEST(TrainingSteps, FollowTheReferenceInSinglePrecision) {
  const GoldenFile golden("S6_train_step.pth");
  const auto run = train(GoldenFile("S1_weighted.pth"), golden, device, torch::kFloat);
  const auto losses = golden.tensor("losses");
  for (int64_t i = 0; i < losses.numel(); ++i) {
    EXPECT_NEAR(run.losses[i], losses[i].item<double>(), 2e-3) << i;
  }
  double difference = 0;
  int64_t numbers = 0;
  const auto expected = golden.tensors("params_after_3");
  for (const auto& parameter : run.network->named_parameters()) {
    difference += (parameter.value().detach().cpu() - expected.at(parameter.key()))
                      .abs()
                      .sum()
                      .item<double>();
    numbers += parameter.value().numel();
  }
  EXPECT_LE(difference / static_cast<double>(numbers), 2e-4);
}

class ResumedAdam : public ::testing::TestWithParam<const char*> {};

TEST_P(ResumedAdam, ContinuesTheReferenceRun) {
  const std::string name = GetParam();
  const GoldenFile golden(name + "_expected.pth");
  const auto checkpoint = load_checkpoint(testing::golden(name + ".pth"));
  const Network network = make_network(golden.model_config());
  load_state(*network, checkpoint);
  const OptimizerConfig config;
  const auto adam = make_optimizer(config, network);
  load_optimizer_state(*adam, config, network, checkpoint.contents.as_dict().at("optimizer"),
                       checkpoint.path);
  set_learning_rate(*adam, config, golden.number("lr"));
  EXPECT_EQ(static_cast<int64_t>(adam->state().size()), golden.tensor("opt_state_indices").numel());
  int64_t compared = 0;
  for (auto& parameter : network->named_parameters()) {
    const auto key = "resume.grad." + parameter.key();
    if (golden.has(key)) {
      parameter.value().mutable_grad() = golden.tensor(key).clone();
    }
  }
  adam->step();
  for (const auto& parameter : network->named_parameters()) {
    const auto key = "resume.param." + parameter.key();
    if (golden.has(key)) {
      EXPECT_LE(relative_max_error(parameter.value().detach(), golden.tensor(key)), 1e-6) << key;
      ++compared;
    }
  }
  EXPECT_GE(compared, 40);
}

TEST_P(ResumedAdam, ReconstructsAsTheReference) {
  const torch::NoGradGuard no_grad;
  const std::string name = GetParam();
  const GoldenFile golden(name + "_expected.pth");
  const Network network = make_network(golden.model_config());
  load_state(*network, load_checkpoint(testing::golden(name + ".pth")));
  const auto image = network->forward(golden.kspace(), golden.mask());
  EXPECT_LE(relative_max_error(image, golden.tensor("output")), 1e-4);
}

INSTANTIATE_TEST_SUITE_P(Golden, ResumedAdam,
                         ::testing::Values("S7_checkpoint-best", "S7_checkpoint-cuda-frozen"));

TEST(ResumedAdam, RefusesAnotherNetworksState) {
  const auto checkpoint = load_checkpoint(testing::golden("S7_checkpoint-best.pth"));
  const auto& state = checkpoint.contents.as_dict().at("optimizer");
  auto model = GoldenFile("S7_checkpoint-best_expected.pth").model_config();
  const OptimizerConfig config;
  const auto load = [&] {
    const Network network = make_network(model);
    load_optimizer_state(*make_optimizer(config, network), config, network, state, checkpoint.path);
  };
  EXPECT_NO_THROW(load());
  model.channels *= 2;
  EXPECT_THROW(load(), Error);  // other shapes
  model.channels /= 2;
  model.cascades += 1;
  EXPECT_THROW(load(), Error);  // more parameters
}

}  // namespace
}  // namespace dircn::golden_steps_test
