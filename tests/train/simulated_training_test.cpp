// Training on slices that are simulated while it runs.

#include <gtest/gtest.h>
#include <torch/types.h>

#include "dircn/core/error.h"
#include "dircn/model/checkpoint.h"
#include "small_run.h"
#include "train/loop/trainer.h"

namespace dircn::simulated_training_test {
namespace {

using testing::after;
using testing::difference;
using testing::lines_of;
using testing::never;

class SimulatedTraining : public testing::SmallRun {
 protected:
  static Config config() {
    Config config = SmallRun::config();
    config.data.train = kSimulate;
    config.data.val = "";
    SimulationConfig& simulation = config.data.simulation;
    simulation.slices = 3;
    simulation.matrix = {40, 56};
    simulation.coils = {2, 3};
    return config;
  }
};

TEST_F(SimulatedTraining, ResumesToTheSameBits) {
  const RunFolder whole(folder_ / "whole");
  Trainer unstopped(config(), torch::kCPU, whole);
  ASSERT_TRUE(unstopped.run(never));
  const auto steps = lines_of(whole.metrics(), "step");
  ASSERT_EQ(steps.size(), 6U);
  for (const int calls : {2, 5}) {
    const RunFolder stopped(folder_ / ("stopped" + std::to_string(calls)));
    EXPECT_FALSE(Trainer(config(), torch::kCPU, stopped).run(after(calls)));
    Trainer resumed(config(), torch::kCPU, stopped);
    resumed.resume(stopped.last());
    ASSERT_TRUE(resumed.run(never));
    EXPECT_EQ(difference(resumed.network(), unstopped.network()), 0) << calls;
    EXPECT_EQ(lines_of(stopped.metrics(), "step"), steps) << calls;
  }
}

TEST_F(SimulatedTraining, ValidatesOnFiles) {
  Config with_files = config();
  with_files.data.val = SmallRun::config().data.val;
  with_files.train.epochs = 1;
  const RunFolder folder(folder_ / "run");
  Trainer trainer(with_files, torch::kCPU, folder);
  ASSERT_TRUE(trainer.run(never));
  EXPECT_EQ(lines_of(folder.metrics(), "epoch")[0].count("validation"), 1U);
}

TEST_F(SimulatedTraining, RefusesWhatSimulatedSlicesCannotGive) {
  const RunFolder folder(folder_ / "run");
  Config focal = config();
  focal.train.loss.focal = {FocalBy::zero_filled, 1};
  EXPECT_THROW(Trainer(focal, torch::kCPU, folder), Error);
  Config share = config();
  share.data.validation_share = 0.2;
  EXPECT_THROW(Trainer(share, torch::kCPU, folder), Error);
  Config subset = config();
  subset.data.subset = 0.5;
  EXPECT_THROW(Trainer(subset, torch::kCPU, folder), Error);
  for (const TrainingMasks masks : {TrainingMasks::redrawn, TrainingMasks::fixed}) {
    Config drawn = config();
    drawn.data.training_masks = masks;
    EXPECT_THROW(Trainer(drawn, torch::kCPU, folder), Error) << to_string(masks);
  }
}

}  // namespace
}  // namespace dircn::simulated_training_test
