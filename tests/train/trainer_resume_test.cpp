// Resuming: to the same bits with every feature that has a state; from other checkpoints; with
// another configuration.

#include <gtest/gtest.h>
#include <torch/types.h>

#include "dircn/core/error.h"
#include "dircn/formats/torch_file.h"
#include "dircn/model/checkpoint.h"
#include "dircn/model/module_state.h"
#include "small_run.h"
#include "train/loop/trainer.h"

namespace dircn::trainer_resume_test {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::after;
using testing::difference;
using testing::lines_of;
using testing::never;

class TrainingResumes : public testing::SmallRun {
 protected:
  /// Every feature that has a state, in two phases.
  static Config everything() {
    Config config = SmallRun::config();
    config.model.cascades = 1;
    config.data.training_masks = TrainingMasks::redrawn;
    config.data.mask = {MaskType::random, {0.2, 0.15}, {3, 4}};
    config.data.augmentation.probability = 0.7;
    config.data.normalization = Normalization::zero_filled_maximum;
    TrainConfig& train = config.train;
    train.loss.focal = {FocalBy::prediction, 1};
    train.batch.size = 2;
    train.batch.at_once = 2;
    train.batch.milestones = {1};
    train.schedule.kind = ScheduleKind::plateau;
    train.schedule.patience = 1;
    train.schedule.threshold = 0.5;  // hardly ever better
    train.schedule.warmup = 1;
    train.optimizer.clip_norm = 0.1;
    train.ema = 0.9;
    train.checkpointing = true;
    PhaseConfig first;
    first.until = PhaseEnd::overfitting;
    PhaseConfig second;
    second.cascades = 2;
    second.epochs = 1;
    second.learning_rate = 1e-3;
    second.transfer = Transfer::method_1;
    train.phases = {first, second};
    return config;
  }
};

TEST_F(TrainingResumes, AllResumeToTheSameBits) {
  const RunFolder whole(folder_ / "whole");
  Trainer unstopped(everything(), torch::kCPU, whole);
  ASSERT_TRUE(unstopped.run(never));
  EXPECT_EQ(unstopped.network()->config().cascades, 2);
  // Stops wherever a run can: before the first step, in an epoch, in a validation and that of the
  // average, between the phases.
  for (int calls = 0;; ++calls) {
    const RunFolder stopped(folder_ / ("stopped" + std::to_string(calls)));
    if (Trainer(everything(), torch::kCPU, stopped).run(after(calls))) {
      EXPECT_GT(calls, 14);
      break;
    }
    Trainer resumed(everything(), torch::kCPU, stopped);
    resumed.resume(stopped.last());
    ASSERT_TRUE(resumed.run(never));
    EXPECT_EQ(difference(resumed.network(), unstopped.network()), 0) << calls;
    EXPECT_EQ(lines_of(stopped.metrics(), "step"), lines_of(whole.metrics(), "step")) << calls;
    for (const char* name : {"best.pt", "best_ema.pt", "phase_best.pt", "epoch-0001.pt",
                             "epoch-0002.pt", "epoch-0003.pt"}) {
      const auto of = [&](const RunFolder& run) { return load_network(run.path() / name); };
      EXPECT_EQ(difference(of(stopped), of(whole)), 0) << calls << " " << name;
    }
  }
}

TEST_F(TrainingResumes, AnEpochOfWhichOnlyValidationIsLeft) {
  const RunFolder run(folder_ / "run");
  ASSERT_FALSE(Trainer(config(), torch::kCPU, run).run(after(5)));
  Trainer resumed(config(), torch::kCPU, run);
  resumed.resume(run.last());
  EXPECT_EQ(resumed.position().slices, 4);
  ASSERT_TRUE(resumed.run(never));
  const auto epochs = lines_of(run.metrics(), "epoch");
  ASSERT_EQ(epochs.size(), 2U);
  EXPECT_FALSE(epochs[0].contains("slices_per_second"));  // nothing was measured
  EXPECT_TRUE(epochs[1].contains("slices_per_second"));
}

TEST_F(TrainingResumes, FromAnEarlierEpochWithBestWeightsOfItsOwn) {
  Config settings = config();
  settings.train.schedule.kind = ScheduleKind::constant;
  PhaseConfig first;
  first.until = PhaseEnd::overfitting;
  PhaseConfig second;
  second.epochs = 1;
  settings.train.phases = {first, second};
  settings.train.epochs = 2;
  const RunFolder run(folder_ / "run");
  ASSERT_TRUE(Trainer(settings, torch::kCPU, run).run(never));
  const fs::path early = run.path() / "epoch-0001.pt";
  {  // in another folder, which has no best weights yet
    const RunFolder other(folder_ / "other");
    Trainer trainer(settings, torch::kCPU, other);
    trainer.resume(early);
    ASSERT_TRUE(trainer.run(never));
    EXPECT_TRUE(fs::exists(other.best()));
    EXPECT_TRUE(fs::exists(other.phase_best()));
  }
  settings.train.learning_rate = 1e-9;  // another branch: as good as the checkpoint itself
  Trainer branch(settings, torch::kCPU, run);
  branch.resume(early);
  const Network before = load_network(early);
  ASSERT_TRUE(branch.run(never));
  EXPECT_LE(difference(branch.network(), before), 1e-3);  // not the weights of the branch it left
}

// What a further epoch does to the scores is up to rounding, unless it changes nothing: as good is
// not better.
TEST_F(TrainingResumes, FromItsBestEpochKeepingTheBestWeights) {
  Config settings = config();
  settings.train.epochs = 1;
  settings.train.ema = 1e-9;  // the average is the weights themselves
  settings.train.schedule.kind = ScheduleKind::constant;
  const RunFolder run(folder_ / "run");
  ASSERT_TRUE(Trainer(settings, torch::kCPU, run).run(never));
  const std::string best = testing::read_file(run.best());
  const std::string best_ema = testing::read_file(run.best_ema());
  settings.train.epochs = 2;
  settings.train.learning_rate = 1e-30;
  Trainer trainer(settings, torch::kCPU, run);
  trainer.resume(run.best());
  ASSERT_TRUE(trainer.run(never));
  EXPECT_EQ(trainer.position().epoch, 2);
  EXPECT_EQ(trainer.position().best_epoch, 1);
  EXPECT_TRUE(testing::read_file(run.best()) == best);
  EXPECT_TRUE(testing::read_file(run.best_ema()) == best_ema);
}

TEST_F(TrainingResumes, APhaseThatWasCutShortBeginsTheNextWithAWholeEpoch) {
  Config settings = config();
  settings.train.phases = {PhaseConfig(), PhaseConfig()};
  settings.train.phases[1].epochs = 1;
  const RunFolder run(folder_ / "run");
  ASSERT_FALSE(Trainer(settings, torch::kCPU, run).run(after(8)));  // in its second epoch
  settings.train.phases[0].epochs = 1;
  Trainer trainer(settings, torch::kCPU, run);
  trainer.resume(run.last());
  EXPECT_GT(trainer.position().slices, 0);
  const auto steps = trainer.position().steps;
  ASSERT_TRUE(trainer.run(never));
  EXPECT_EQ(trainer.position().steps, steps + 4);
}

TEST_F(TrainingResumes, AFinishedRunOnlyForMoreEpochs) {
  const RunFolder run(folder_ / "run");
  ASSERT_TRUE(Trainer(config(), torch::kCPU, run).run(never));
  Trainer again(config(), torch::kCPU, run);
  again.resume(run.last());
  ASSERT_TRUE(again.run(never));
  EXPECT_EQ(again.position().epoch, 2);
  Config longer = config();
  longer.train.epochs = 3;
  Trainer more(longer, torch::kCPU, run);
  more.resume(run.last());
  ASSERT_TRUE(more.run(never));
  EXPECT_EQ(more.position().epoch, 3);
  EXPECT_EQ(lines_of(run.metrics(), "epoch").size(), 3U);
}

TEST_F(TrainingResumes, ARunFromBeforeAKeyWasRemoved) {
  const RunFolder run(folder_ / "run");
  ASSERT_FALSE(Trainer(config(), torch::kCPU, run).run(after(5)));
  PickleDict old = load_checkpoint(run.last()).contents.as_dict();
  std::string stored = old.at("config").as_string();
  const std::string section = "data:\n";
  ASSERT_NE(stored.find(section), std::string::npos) << stored;
  stored.insert(stored.find(section) + section.size(), "  leaderboard: /data/leaderboard\n");
  old.set("config", stored);
  save_torch_file(run.last(), old);
  Trainer resumed(config(), torch::kCPU, run);
  resumed.resume(run.last());
  EXPECT_TRUE(resumed.run(never));
}

TEST_F(TrainingResumes, KnowsTheScoresOfItsLastEpoch) {
  const RunFolder run(folder_ / "run");
  ASSERT_TRUE(Trainer(config(), torch::kCPU, run).run(never));
  const auto checkpoint = load_checkpoint(run.path() / "epoch-0001.pt");
  const json metrics = json::parse(checkpoint.contents.as_dict().at("metrics").as_string());
  EXPECT_EQ(metrics, lines_of(run.metrics(), "epoch")[0]);
}

}  // namespace
}  // namespace dircn::trainer_resume_test
