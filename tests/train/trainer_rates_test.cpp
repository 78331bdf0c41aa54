// The learning rates of whole runs, and that optimisers and losses are those of the configuration.

#include <gtest/gtest.h>
#include <torch/types.h>
#include <torch/utils.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "dircn/data/sample.h"
#include "dircn/model/checkpoint.h"
#include "dircn/mri/ssim.h"
#include "small_run.h"
#include "support/challenge_files.h"
#include "support/small_set.h"
#include "train/loop/trainer.h"
#include "train/plan/transfer.h"

namespace dircn::trainer_rates_test {
namespace {

using nlohmann::json;
using testing::lines_of;
using testing::never;

constexpr double kRate = 2e-3;

class TrainingRates : public testing::SmallRun {
 protected:
  /// Two epochs of four slices in steps of two; nothing is validated.
  static Config config_of(ScheduleKind kind) {
    Config settings = config();
    settings.data.val = "";
    settings.train.learning_rate = kRate;
    settings.train.schedule.kind = kind;
    settings.train.batch.size = 2;
    return settings;
  }

  /// That the steps of a run have these rates, and its epochs that of their last step.
  void expect_rates(const Config& settings, const std::vector<double>& expected,
                    const std::string& name = "run") const {
    const RunFolder run(folder_ / name);
    ASSERT_TRUE(Trainer(settings, torch::kCPU, run).run(never));
    const auto steps = lines_of(run.metrics(), "step");
    ASSERT_EQ(steps.size(), expected.size());
    for (size_t i = 0; i < steps.size(); ++i) {
      EXPECT_NEAR(steps[i].at("learning_rate").get<double>(), expected[i], 1e-12 * kRate)
          << "step " << i + 1;
    }
    for (const json& epoch : lines_of(run.metrics(), "epoch")) {
      const json& last = steps.at(epoch.at("step").get<size_t>() - 1);
      EXPECT_EQ(epoch.at("learning_rate"), last.at("learning_rate")) << epoch;
      EXPECT_EQ(epoch.at("epoch"), last.at("epoch")) << epoch;
    }
  }
};

/// Where a step begins and ends, in epochs of its phase.
struct Place {
  double begin;
  double end;
};

struct BatchCase {
  BatchConfig batch;
  std::vector<Place> steps;  // of two epochs of four slices
};

std::vector<BatchCase> batch_cases() {
  return {{{2, 1, {}, 2}, {{0, 0.5}, {0.5, 1}, {1, 1.5}, {1.5, 2}}},
          {{3, 1, {}, 2}, {{0, 0.75}, {0.75, 1}, {1, 1.75}, {1.75, 2}}},
          {{1, 1, {1}, 3}, {{0, 0.25}, {0.25, 0.5}, {0.5, 0.75}, {0.75, 1}, {1, 1.75}, {1.75, 2}}}};
}

// Warm-up counts what will be done after a step, the cosine what was done before it.
TEST_F(TrainingRates, WarmUpAndCosineCountTheSlicesOfAnEpoch) {
  Config settings = config_of(ScheduleKind::cosine);
  settings.train.schedule.warmup = 1;
  settings.train.schedule.lowest = 0.1;
  for (const BatchCase& batches : batch_cases()) {
    settings.train.batch = batches.batch;
    std::vector<double> expected;
    for (const Place& step : batches.steps) {
      const double cosine = (1 + std::cos(M_PI * step.begin / 2)) / 2;
      expected.push_back(kRate * std::min(step.end, 1.0) * (0.1 + 0.9 * cosine));
    }
    const auto name = "batches of " + std::to_string(batches.batch.size);
    SCOPED_TRACE(name);
    expect_rates(settings, expected, name);
  }
}

TEST_F(TrainingRates, OneCycleGoesUpAndDown) {
  Config settings = config_of(ScheduleKind::one_cycle);
  settings.train.schedule.peak_at = 0.5;
  const double first = kRate / 25;
  const double last = first * 1e-4;  // reached after the last step
  expect_rates(settings, {first, (first + kRate) / 2, kRate, (kRate + last) / 2});
}

TEST_F(TrainingRates, PlateauFallsAfterItsPatienceAndAnEpochMore) {
  Config settings = config_of(ScheduleKind::plateau);
  settings.data.val = config().data.val;
  settings.train.epochs = 6;
  settings.train.batch.size = 4;  // one step an epoch
  settings.train.schedule.patience = 1;
  settings.train.schedule.threshold = 1e6;  // only the first epoch is better than all before
  settings.train.schedule.factor = 0.5;
  // Not better: epochs 2 and 3, then 4 and 5.
  expect_rates(settings, {kRate, kRate, kRate, kRate / 2, kRate / 2, kRate / 4});
}

TEST_F(TrainingRates, EachPhaseHasItsOwnAndBeginsTheScheduleAnew) {
  Config settings = config_of(ScheduleKind::multi_step);
  settings.train.batch.size = 4;
  settings.train.epochs = 1;
  settings.train.schedule.milestones = {1};
  settings.train.phases.resize(3);
  settings.train.phases[0].learning_rate = 4e-3;
  settings.train.phases[1].learning_rate = 1e-3;
  settings.train.phases[1].epochs = 2;
  expect_rates(settings, {4e-3, 1e-3, 1e-4, kRate});
}

class TrainingChoices : public testing::SmallRun {
 protected:
  /// One epoch of four steps at a constant rate; nothing is validated.
  static Config one_epoch() {
    Config settings = config();
    settings.data.val = "";
    settings.train.epochs = 1;
    settings.train.schedule.kind = ScheduleKind::constant;
    return settings;
  }
};

void expect_group(const PickleDict& group, const OptimizerConfig& config, double rate) {
  EXPECT_DOUBLE_EQ(group.at("lr").as_double(), rate);
  EXPECT_EQ(group.at("weight_decay").as_double(), config.weight_decay);
  if (config.kind == OptimizerKind::sgd) {
    EXPECT_EQ(group.at("momentum").as_double(), config.momentum);
    EXPECT_EQ(group.find("betas"), nullptr);
  } else {
    EXPECT_EQ(group.at("amsgrad").as_bool(), config.amsgrad);
    EXPECT_EQ(group.at("decoupled_weight_decay").as_bool(), config.kind == OptimizerKind::adamw);
  }
}

TEST_F(TrainingChoices, TheOptimiserIsThatOfTheConfiguration) {
  Config settings = one_epoch();
  OptimizerConfig& optimizer = settings.train.optimizer;
  optimizer.amsgrad = false;
  optimizer.momentum = 0.8;
  optimizer.weight_decay = 0.01;
  optimizer.rate_factors = {0.5, 1, 2, 4};
  for (const auto kind : {OptimizerKind::sgd, OptimizerKind::adamw, OptimizerKind::adam}) {
    SCOPED_TRACE(to_string(kind));
    optimizer.kind = kind;
    const RunFolder run(folder_ / to_string(kind));
    ASSERT_TRUE(Trainer(settings, torch::kCPU, run).run(never));
    const PickleValue contents = load_checkpoint(run.last()).contents;
    const PickleDict& entry = contents.as_dict().at("optimizer").as_dict();
    const auto& groups = entry.at("param_groups").as_list();
    ASSERT_EQ(groups.size(), 4U);
    expect_group(groups[0].as_dict(), optimizer, kRate / 2);
    expect_group(groups[1].as_dict(), optimizer, kRate);
    expect_group(groups[2].as_dict(), optimizer, kRate * 2);
    expect_group(groups[3].as_dict(), optimizer, kRate * 4);
    const PickleDict& states = entry.at("state").as_dict();
    ASSERT_FALSE(states.empty());
    for (const auto& [number, state] : states.entries()) {
      const bool is_sgd = kind == OptimizerKind::sgd;
      EXPECT_EQ(state.as_dict().find("momentum_buffer") != nullptr, is_sgd);
      EXPECT_EQ(state.as_dict().find("exp_avg_sq") != nullptr, !is_sgd);
    }
  }
}

/// The attribute `max` of each volume, far from the maxima of its slices.
const std::map<std::string, double>& volume_maxima() {
  static const std::map<std::string, double> maxima{{"brain1.h5", 2e-3}, {"brain2.h5", 3e-3}};
  return maxima;
}

/// 1 - SSIM, by the slices' names, of what the network makes of them before it has learnt anything.
std::map<std::string, double> first_losses(const Config& config) {
  const torch::NoGradGuard no_grad;
  const SliceSet set(config.data.train, SliceSet::Labels::kIgnored, "training set");
  const Network network = random_network(config.model, config.train.seed);
  std::map<std::string, double> losses;
  for (int64_t i = 0; i < set.size(); ++i) {
    const RawSlice raw = set.read(i);
    const Sample sample = make_sample(raw, i, {});
    const auto image = network->forward(sample.kspace.unsqueeze(0), sample.mask);
    const auto range = config.train.loss.range == SsimRange::volume_max
                           ? torch::full({1}, volume_maxima().at(raw.volume))
                           : sample.target.max();
    const auto map = ssim_map(image, sample.target.unsqueeze(0), range, SsimWindow::uniform);
    losses[set.name(i)] = 1 - map.mean().item<double>();
  }
  return losses;
}

TEST_F(TrainingChoices, TheRangeOfUniformSsimIsThatOfTheConfiguration) {
  testing::write_small_set(folder_ / "train");
  for (const auto& [name, maximum] : volume_maxima()) {
    testing::write_images(folder_ / ("train/image/" + name), torch::full({2, 32, 32}, 1e-3),
                          maximum);
  }
  Config settings = one_epoch();
  settings.data.train = (folder_ / "train").string();
  settings.train.learning_rate = 1e-12;  // as good as nothing
  settings.train.loss.weights = {};
  settings.train.loss.weights[LossTerm::uniform_ssim] = 1;
  std::map<SsimRange, std::map<std::string, double>> expected;
  for (const auto range : {SsimRange::volume_max, SsimRange::target_max}) {
    SCOPED_TRACE(to_string(range));
    settings.train.loss.range = range;
    expected[range] = first_losses(settings);
    const RunFolder run(folder_ / to_string(range));
    ASSERT_TRUE(Trainer(settings, torch::kCPU, run).run(never));
    const auto steps = lines_of(run.metrics(), "step");
    ASSERT_EQ(steps.size(), 4U);
    for (const json& step : steps) {
      const auto name = step.at("slices")[0].at("name").get<std::string>();
      const json& terms = step.at("loss_terms");
      EXPECT_EQ(terms.size(), 1U) << terms;
      EXPECT_NEAR(terms.at("uniform_ssim").get<double>(), expected[range].at(name), 1e-5) << name;
      EXPECT_NEAR(step.at("loss").get<double>(), expected[range].at(name), 1e-5) << name;
    }
  }
  for (const auto& [name, loss] : expected[SsimRange::volume_max]) {
    EXPECT_GT(std::abs(loss - expected[SsimRange::target_max].at(name)), 1e-4) << name;
  }
}

}  // namespace
}  // namespace dircn::trainer_rates_test
