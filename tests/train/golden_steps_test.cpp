// Optimisation steps against tests/golden: S6c (Adam alone), S6b and S6 (whole training steps), S7
// (resumed).

#include <gtest/gtest.h>
#include <torch/torch.h>

#include "dircn/core/error.h"
#include "dircn/io/checkpoint.h"
#include "dircn/io/module_state.h"
#include "dircn/nn/dircn.h"
#include "dircn/nn/losses.h"
#include "dircn/train/optimizer.h"
#include "support/devices.h"
#include "support/golden.h"
#include "support/paths.h"

namespace dircn {
namespace {

using testing::GoldenFile;
using testing::relative_max_error;

TEST(Adam, EqualsTheReferenceStepByStepWithItsSchedule) {
  const GoldenFile golden("S6c_adam_only.pth");
  const int64_t count = golden.integer("num_params");
  std::vector<torch::Tensor> parameters;
  for (int64_t i = 0; i < count; ++i) {
    parameters.push_back(
        golden.tensor("param." + std::to_string(i) + ".initial").clone().set_requires_grad(true));
  }
  auto adam = make_adam(parameters, golden.number("lr"));
  const auto steps = golden.tensor("milestones");
  const std::vector<int64_t> milestones(steps.data_ptr<int64_t>(),
                                        steps.data_ptr<int64_t>() + steps.numel());
  for (int64_t step = 0; step < golden.integer("num_steps"); ++step) {
    const auto key = "step." + std::to_string(step) + ".";
    set_learning_rate(
        adam, multi_step_rate(golden.number("lr"), milestones, golden.number("gamma"), step));
    for (int64_t i = 0; i < count; ++i) {
      const auto gradient = key + "grad." + std::to_string(i);
      if (golden.has(gradient)) {
        parameters[i].mutable_grad() = golden.tensor(gradient).clone();
      }
    }
    adam.step();
    for (int64_t i = 0; i < count; ++i) {
      EXPECT_LE(relative_max_error(parameters[i].detach(),
                                   golden.tensor(key + "param." + std::to_string(i))),
                1e-6)
          << key << i;
    }
  }
}

TEST(MultiStepRate, FallsAtEveryMilestone) {
  const std::vector<int64_t> milestones{30, 90};
  EXPECT_DOUBLE_EQ(multi_step_rate(2e-3, milestones, 0.1, 0), 2e-3);
  EXPECT_DOUBLE_EQ(multi_step_rate(2e-3, milestones, 0.1, 29), 2e-3);
  EXPECT_DOUBLE_EQ(multi_step_rate(2e-3, milestones, 0.1, 30), 2e-4);
  EXPECT_DOUBLE_EQ(multi_step_rate(2e-3, milestones, 0.1, 90), 2e-5);
}

struct Trained {
  Dircn network;
  std::vector<double> losses;  // before every step, and after the last
  torch::Tensor image;         // after the last step
};

/// As many steps on `inputs`' one slice as `golden` has.
Trained train(const GoldenFile& inputs, const GoldenFile& golden, torch::Device device,
              torch::ScalarType dtype) {
  Trained run{Dircn(inputs.model_config()), {}, {}};
  testing::load_parameters(*run.network, inputs.tensors("state_dict"));
  run.network->to(device, dtype);
  auto adam = make_adam(run.network->parameters(), golden.number("lr"));
  const auto kspace = inputs.kspace(dtype).to(device);
  const auto mask = inputs.mask().to(device);
  const auto target = inputs.tensor("target").to(device, dtype);
  const int64_t steps = golden.integer("steps");
  for (int64_t step = 0; step <= steps; ++step) {
    adam.zero_grad();
    run.image = run.network->forward(kspace, mask);
    const auto loss = gaussian_ssim_plus_l1_loss(run.image, target).total;
    run.losses.push_back(loss.item<double>());
    if (step < steps) {
      loss.backward();
      adam.step();
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
  Dircn network(golden.model_config());
  load_state(*network, checkpoint);
  const auto parameters = network->parameters();
  auto adam = make_adam(parameters, 1);
  load_adam_state(adam, parameters, checkpoint.contents.as_dict().at("optimizer"), checkpoint.path);
  EXPECT_EQ(static_cast<torch::optim::AdamOptions&>(adam.param_groups()[0].options()).lr(),
            golden.number("lr"));
  EXPECT_EQ(static_cast<int64_t>(adam.state().size()), golden.tensor("opt_state_indices").numel());
  int64_t compared = 0;
  for (auto& parameter : network->named_parameters()) {
    const auto key = "resume.grad." + parameter.key();
    if (golden.has(key)) {
      parameter.value().mutable_grad() = golden.tensor(key).clone();
    }
  }
  adam.step();
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
  Dircn network(golden.model_config());
  load_state(*network, load_checkpoint(testing::golden(name + ".pth")));
  const auto image = network->forward(golden.kspace(), golden.mask());
  EXPECT_LE(relative_max_error(image, golden.tensor("output")), 1e-4);
}

INSTANTIATE_TEST_SUITE_P(Golden, ResumedAdam,
                         ::testing::Values("S7_checkpoint-best", "S7_checkpoint-cuda-frozen"));

TEST(ResumedAdam, RefusesAnotherNetworksState) {
  const auto checkpoint = load_checkpoint(testing::golden("S7_checkpoint-best.pth"));
  std::vector<torch::Tensor> parameters{torch::zeros({3}).set_requires_grad(true)};
  auto adam = make_adam(parameters, 1);
  EXPECT_THROW(load_adam_state(adam, parameters, checkpoint.contents.as_dict().at("optimizer"),
                               checkpoint.path),
               Error);
}

}  // namespace
}  // namespace dircn
