// The training loop: it learns, it stops and resumes to the same bits, it leaves what it should.

#include <gtest/gtest.h>
#include <torch/types.h>

#include <algorithm>
#include <set>

#include "dircn/model/checkpoint.h"
#include "small_run.h"
#include "support/devices.h"
#include "support/random_input.h"
#include "support/small_set.h"
#include "train/loop/trainer.h"

namespace dircn::trainer_test {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::after;
using testing::difference;
using testing::lines_of;
using testing::never;
using testing::TemporaryFolder;

class Training : public testing::SmallRun {};

DIRCN_DEVICE_TEST(TrainingResumed, EndsAtTheSameBitsOnTheCpu) {
  const TemporaryFolder folder;
  testing::write_small_set(folder / "train", {});
  testing::write_small_set(folder / "val", {1, 1, 2, 48, 40, 32, 9});
  Config config;
  config.model = testing::small_model();
  config.data.train = (folder / "train").string();
  config.data.val = (folder / "val").string();
  config.train.epochs = 2;
  config.train.schedule.milestones = {1};
  const RunFolder whole(folder / "whole");
  Trainer unstopped(config, device, whole);
  ASSERT_TRUE(unstopped.run(never));
  // An epoch asks five times (4 slices and its start) and its validation once: stops before the
  // first step, within an epoch, after its last slice, in its validation, in the second epoch.
  for (const int calls : {0, 2, 4, 5, 8}) {
    const RunFolder stopped(folder / ("stopped" + std::to_string(calls)));
    ASSERT_FALSE(Trainer(config, device, stopped).run(after(calls)));
    Trainer resumed(config, device, stopped);
    resumed.resume(stopped.last());
    ASSERT_TRUE(resumed.run(never));
    EXPECT_LE(difference(resumed.network(), unstopped.network()), device.is_cpu() ? 0 : 1e-2)
        << calls;
    if (device.is_cpu()) {
      EXPECT_EQ(lines_of(stopped.metrics(), "step"), lines_of(whole.metrics(), "step")) << calls;
      const auto epochs = lines_of(stopped.metrics(), "epoch");
      ASSERT_EQ(epochs.size(), 2U);
      EXPECT_EQ(epochs[1].at("loss"), lines_of(whole.metrics(), "epoch")[1].at("loss"));
      EXPECT_EQ(epochs[1].at("validation"), lines_of(whole.metrics(), "epoch")[1].at("validation"));
    }
  }
}

TEST_F(Training, WritesItsRunFolder) {
  const RunFolder run(folder_ / "run");
  Trainer trainer(config(), torch::kCPU, run);
  ASSERT_TRUE(trainer.run(never));
  const auto steps = lines_of(run.metrics(), "step");
  ASSERT_EQ(steps.size(), 8U);
  for (const json& step : steps) {
    const json& terms = step.at("loss_terms");
    EXPECT_NEAR(step.at("loss").get<double>(),
                terms.at("gaussian_ssim").get<double>() + terms.at("l1").get<double>(), 1e-6);
    EXPECT_GT(step.at("gradient_norm").get<double>(), 0);
    EXPECT_GT(step.at("gtSSIM").get<double>(), 0);
    EXPECT_GT(step.at("predSSIM").get<double>(), 0);
  }
  const auto epochs = lines_of(run.metrics(), "epoch");
  ASSERT_EQ(epochs.size(), 2U);
  EXPECT_DOUBLE_EQ(epochs[0].at("learning_rate").get<double>(), 2e-3);
  EXPECT_DOUBLE_EQ(epochs[1].at("learning_rate").get<double>(), 2e-4);
  double best = 0;
  for (const json& epoch : epochs) {
    best = std::max(best, epoch.at("validation").at("ssim").get<double>());
  }
  EXPECT_EQ(trainer.position().best_ssim, best);
  for (const auto& file : {run.last(), run.best()}) {
    EXPECT_TRUE(load_checkpoint(file).model.has_value()) << file;
  }
}

TEST_F(Training, SeesEverySliceOnceAnEpochInAnotherOrder) {
  Config settings = config();
  testing::write_small_set(folder_ / "many", {4, 4, 1, 24, 24, 16, 1});
  settings.data.train = (folder_ / "many").string();
  settings.data.val = "";
  const RunFolder run(folder_ / "run");
  ASSERT_TRUE(Trainer(settings, torch::kCPU, run).run(never));
  std::vector<std::string> first;
  std::vector<std::string> second;
  for (const json& step : lines_of(run.metrics(), "step")) {
    (step.at("epoch") == 1 ? first : second).push_back(step.at("slices")[0].at("name"));
  }
  EXPECT_NE(first, second);
  std::sort(first.begin(), first.end());
  std::sort(second.begin(), second.end());
  EXPECT_EQ(first, second);
  EXPECT_EQ(std::set<std::string>(first.begin(), first.end()).size(), 16U);
  EXPECT_FALSE(fs::exists(run.best()));
}

TEST_F(Training, OverfitsOneSlice) {
  Config settings = config();
  testing::write_small_set(folder_ / "train", {1, 30, 2, 48, 40, 32, 1, 0});
  testing::write_small_set(folder_ / "val", {1, 1, 2, 48, 40, 32, 1});
  settings.data.train = (folder_ / "train").string();  // the same slice 30 times
  settings.data.val = (folder_ / "val").string();
  settings.model.channels = 4;
  settings.train.learning_rate = 5e-3;
  settings.train.epochs = 10;
  settings.train.schedule.milestones = {7};
  const RunFolder run(folder_ / "run");
  Trainer trainer(settings, torch::kCPU, run);
  ASSERT_TRUE(trainer.run(never));
  EXPECT_GT(trainer.position().best_ssim, 0.99);
  EXPECT_LT(lines_of(run.metrics(), "epoch")[0].at("validation").at("ssim_zero_filled"), 0.97);
}

TEST_F(Training, SavesWithinAnEpochAsOftenAsAsked) {
  Config settings = config();
  settings.train.save_minutes = 1e-9;
  const RunFolder run(folder_ / "run");
  Trainer trainer(settings, torch::kCPU, run);
  int64_t asked = 0;
  EXPECT_FALSE(trainer.run([&] {
    // The third question comes after the second step, and the first step's save.
    if (++asked == 3) {
      const auto training = load_checkpoint(run.last()).contents.as_dict().at("training");
      EXPECT_EQ(training.as_dict().at("slices").as_int(), 1);
    }
    return asked == 3;
  }));
}

}  // namespace
}  // namespace dircn::trainer_test
