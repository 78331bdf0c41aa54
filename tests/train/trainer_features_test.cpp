// What a run can do besides learning: phases, averages, batches, difficulty, kept checkpoints.

#include <gtest/gtest.h>
#include <torch/types.h>

#include <set>

#include "dircn/core/error.h"
#include "dircn/model/checkpoint.h"
#include "dircn/model/module_state.h"
#include "small_run.h"
#include "support/golden.h"
#include "support/random_input.h"
#include "support/small_set.h"
#include "train/loop/trainer.h"

namespace dircn::trainer_features_test {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::difference;
using testing::lines_of;
using testing::never;

class TrainingFeatures : public testing::SmallRun {};

TEST_F(TrainingFeatures, GrowsAndFreezesFromPhaseToPhase) {
  Config settings = config();
  settings.model.cascades = 1;
  settings.train.epochs = 1;
  PhaseConfig first;
  PhaseConfig second;
  second.cascades = 2;
  second.transfer = Transfer::method_1;
  second.added = AddedCascades::fresh;
  PhaseConfig third;
  third.transfer = Transfer::method_2;
  settings.train.phases = {first};
  const RunFolder one(folder_ / "one");
  ASSERT_TRUE(Trainer(settings, torch::kCPU, one).run(never));
  settings.train.phases = {first, second};
  const RunFolder two(folder_ / "two");
  ASSERT_TRUE(Trainer(settings, torch::kCPU, two).run(never));
  settings.train.phases = {first, second, third};
  const RunFolder three(folder_ / "three");
  ASSERT_TRUE(Trainer(settings, torch::kCPU, three).run(never));
  const auto weights = [](const RunFolder& run) { return load_checkpoint(run.last()).state; };
  const auto of = [](const StateDict& state, const std::string& key) {
    const auto found = std::find_if(state.begin(), state.end(),
                                    [&](const auto& entry) { return entry.first == key; });
    EXPECT_NE(found, state.end()) << key;
    return found->second;
  };
  const auto ones = weights(one);
  const auto twos = weights(two);
  const auto threes = weights(three);
  EXPECT_GT(twos.size(), ones.size());
  for (const auto& [key, tensor] : ones) {  // method 1: what there was is frozen
    EXPECT_TRUE(torch::equal(of(twos, key), tensor)) << key;
  }
  bool moved = false;
  for (const auto& [key, tensor] : twos) {  // method 2: the cascades are
    const bool same = torch::equal(of(threes, key), tensor);
    const bool cascade = key.rfind("i_cascades.", 0) == 0;
    EXPECT_TRUE(same || !cascade) << key;
    moved = moved || !same;
  }
  EXPECT_TRUE(moved);
}

TEST_F(TrainingFeatures, APhaseThatOverfitsHandsOnItsBestWeights) {
  Config settings = config();
  settings.train.epochs = 30;
  settings.train.learning_rate = 0.05;  // validation soon gets worse, the training loss does not
  settings.train.schedule.kind = ScheduleKind::constant;
  PhaseConfig first;
  first.until = PhaseEnd::overfitting;
  first.patience = 1;
  PhaseConfig second;
  second.epochs = 1;
  second.learning_rate = 1e-12;  // as good as nothing
  settings.train.phases = {first, second};
  const RunFolder run(folder_ / "run");
  Trainer trainer(settings, torch::kCPU, run);
  ASSERT_TRUE(trainer.run(never));
  const auto epochs = lines_of(run.metrics(), "epoch");
  ASSERT_LT(epochs.size(), 31U) << "it never overfitted";
  double best = 0;
  for (const json& epoch : epochs) {
    if (epoch.at("phase") == 1) {
      best = std::max(best, epoch.at("validation").at("ssim").get<double>());
    }
  }
  EXPECT_NEAR(epochs.back().at("validation").at("ssim").get<double>(), best, 1e-6);
  EXPECT_LT(epochs[epochs.size() - 2].at("validation").at("ssim").get<double>(), best);
  Trainer again(settings, torch::kCPU, run);  // from the end of that phase
  const std::string number = std::to_string(epochs.size() - 1);
  again.resume(run.path() / ("epoch-" + std::string(4 - number.size(), '0') + number + ".pt"));
  ASSERT_TRUE(again.run(never));
  EXPECT_EQ(difference(again.network(), trainer.network()), 0);
}

TEST_F(TrainingFeatures, StartsFromAReferenceCheckpoint) {
  const testing::GoldenFile expected("S7_checkpoint-best_expected.pth");
  Config settings = config();
  settings.model = expected.model_config();
  settings.train.start = testing::golden("S7_checkpoint-best.pth").string();
  settings.train.phases = {PhaseConfig()};
  settings.train.phases[0].transfer = Transfer::method_3;
  const RunFolder run(folder_ / "run");
  Trainer trainer(settings, torch::kCPU, run);
  ASSERT_TRUE(trainer.run(never));
  const auto reference = load_checkpoint(testing::golden("S7_checkpoint-best.pth")).state;
  const auto trained = load_checkpoint(run.last()).state;
  bool moved = false;
  for (size_t i = 0; i < reference.size(); ++i) {
    const bool same = torch::equal(reference[i].second, trained[i].second);
    EXPECT_TRUE(same || reference[i].first.rfind("sens_net.", 0) != 0) << reference[i].first;
    moved = moved || !same;
  }
  EXPECT_TRUE(moved);
}

TEST_F(TrainingFeatures, BatchesGrowAndCoverEverySlice) {
  Config settings = config();
  settings.data.val = "";
  settings.train.batch.size = 1;
  settings.train.batch.milestones = {1};
  settings.train.batch.factor = 3;
  const RunFolder run(folder_ / "run");
  ASSERT_TRUE(Trainer(settings, torch::kCPU, run).run(never));
  std::vector<size_t> sizes;
  std::multiset<std::string> seen;
  for (const json& step : lines_of(run.metrics(), "step")) {
    sizes.push_back(step.at("slices").size());
    for (const json& slice : step.at("slices")) {
      seen.insert(slice.at("name").get<std::string>());
    }
  }
  EXPECT_EQ(sizes, (std::vector<size_t>{1, 1, 1, 1, 3, 1}));
  EXPECT_EQ(seen.size(), 8U);
  EXPECT_EQ(std::set<std::string>(seen.begin(), seen.end()).size(), 4U);
}

TEST_F(TrainingFeatures, FocalWeightsHaveMeanOneOverTheTrainingSet) {
  Config settings = config();
  settings.train.epochs = 1;
  settings.train.schedule.milestones = {};
  settings.train.loss.focal = {FocalBy::zero_filled, 2};
  const RunFolder run(folder_ / "run");
  ASSERT_TRUE(Trainer(settings, torch::kCPU, run).run(never));
  double sum = 0;
  double squares = 0;
  const auto steps = lines_of(run.metrics(), "step");
  ASSERT_EQ(steps.size(), 4U);
  for (const json& step : steps) {
    const json& slice = step.at("slices")[0];
    sum += slice.at("weight").get<double>();
    squares += std::pow(slice.at("gtSSIM").get<double>(), 2);
  }
  EXPECT_NEAR(sum / 4, 1, 1e-9);
  const json& first = steps[0].at("slices")[0];
  EXPECT_NEAR(first.at("weight").get<double>(),
              4 * std::pow(first.at("gtSSIM").get<double>(), 2) / squares, 1e-9);
}

TEST_F(TrainingFeatures, ValidatesTheAverageBesideTheWeights) {
  Config settings = config();
  settings.train.ema = 0.5;
  const RunFolder run(folder_ / "run");
  Trainer trainer(settings, torch::kCPU, run);
  ASSERT_TRUE(trainer.run(never));
  double best = 0;
  for (const json& epoch : lines_of(run.metrics(), "epoch")) {
    EXPECT_NE(epoch.at("validation_ema").at("ssim"), epoch.at("validation").at("ssim"));
    best = std::max(best, epoch.at("validation_ema").at("ssim").get<double>());
  }
  EXPECT_EQ(trainer.position().best_ema_ssim, best);
  EXPECT_GT(difference(load_network(run.best_ema()), load_network(run.best())), 0);
}

TEST_F(TrainingFeatures, KeepsTheCheckpointsOfTheLastEpochs) {
  Config settings = config();
  settings.train.epochs = 4;
  settings.train.keep = 2;
  const RunFolder run(folder_ / "run");
  ASSERT_TRUE(Trainer(settings, torch::kCPU, run).run(never));
  EXPECT_FALSE(fs::exists(run.path() / "epoch-0002.pt"));
  for (const char* name : {"epoch-0003.pt", "epoch-0004.pt"}) {
    EXPECT_TRUE(load_checkpoint(run.path() / name).model.has_value()) << name;
  }
  EXPECT_EQ(testing::read_file(run.path() / "epoch-0004.pt"), testing::read_file(run.last()));
  EXPECT_NE(testing::read_file(run.path() / "epoch-0003.pt"), testing::read_file(run.last()));
}

TEST_F(TrainingFeatures, LeavesCurvesAndEvents) {
  const RunFolder run(folder_ / "run");
  ASSERT_TRUE(Trainer(config(), torch::kCPU, run).run(never));
  EXPECT_NE(testing::read_file(run.curves()).find("<html"), std::string::npos);
  EXPECT_FALSE(fs::is_empty(run.events()));
}

TEST_F(TrainingFeatures, SplitsOffItsValidationSet) {
  Config settings = config();
  settings.data.val = "";
  settings.data.validation_share = 0.5;
  settings.train.epochs = 1;
  settings.train.schedule.milestones = {};
  const RunFolder run(folder_ / "run");
  Trainer trainer(settings, torch::kCPU, run);
  ASSERT_TRUE(trainer.run(never));
  EXPECT_EQ(lines_of(run.metrics(), "step").size(), 2U);  // one of two volumes
  EXPECT_GT(trainer.position().best_ssim, 0);
}

TEST_F(TrainingFeatures, WhatWatchesValidationNeedsOne) {
  Config settings = config();
  settings.data.val = "";
  settings.train.schedule.kind = ScheduleKind::plateau;
  const RunFolder run(folder_ / "run");
  EXPECT_THROW(Trainer(settings, torch::kCPU, run), Error);
  settings.train.schedule.kind = ScheduleKind::constant;
  settings.train.phases = {PhaseConfig()};
  settings.train.phases[0].until = PhaseEnd::overfitting;
  EXPECT_THROW(Trainer(settings, torch::kCPU, run), Error);
}

}  // namespace
}  // namespace dircn::trainer_features_test
