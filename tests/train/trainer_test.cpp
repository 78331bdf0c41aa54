// The training loop: it learns, it stops and resumes to the same bits, it says what is wrong.

#include <gtest/gtest.h>
#include <torch/torch.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

#include "dircn/core/error.h"
#include "dircn/data/fov_crop.h"
#include "dircn/eval/challenge_score.h"
#include "dircn/io/checkpoint.h"
#include "dircn/io/torch_file.h"
#include "dircn/mri/coils.h"
#include "dircn/mri/crop.h"
#include "dircn/mri/fft.h"
#include "dircn/train/trainer.h"
#include "io/hdf5_maker.h"
#include "support/challenge_files.h"
#include "support/devices.h"
#include "support/golden.h"
#include "support/paths.h"
#include "support/random_input.h"
#include "support/small_set.h"

namespace dircn {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::TemporaryFolder;

bool never() {
  return false;
}

/// Becomes true after it has been asked `calls` times.
std::function<bool()> after(int calls) {
  return [left = calls]() mutable { return left-- <= 0; };
}

std::vector<json> lines_of(const fs::path& file, const std::string& type) {
  std::vector<json> lines;
  std::ifstream stream(file);
  for (std::string line; std::getline(stream, line);) {
    json parsed = json::parse(line);
    if (parsed.at("type") == type) {
      lines.push_back(std::move(parsed));
    }
  }
  return lines;
}

/// What Python would call equal state dicts: the largest difference, relative to the largest value.
double difference(const Dircn& a, const Dircn& b) {
  double worst = 0;
  const auto others = b->named_parameters();
  for (const auto& parameter : a->named_parameters()) {
    worst = std::max(worst, testing::relative_max_error(parameter.value().detach(),
                                                        others[parameter.key()].detach()));
  }
  return worst;
}

class Training : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    sets_ = std::make_unique<TemporaryFolder>();
    testing::write_small_set(*sets_ / "train", {});
    testing::write_small_set(*sets_ / "val", {1, 2, 2, 56, 40, 32, 9});
  }
  static void TearDownTestSuite() { sets_.reset(); }

  Config config() const {
    Config config;
    config.model = testing::small_model();
    config.data.train = (*sets_ / "train").string();
    config.data.val = (*sets_ / "val").string();
    config.data.crop = 32;
    config.train.epochs = 2;
    config.train.milestones = {1};
    return config;
  }

  static std::unique_ptr<TemporaryFolder> sets_;
  TemporaryFolder folder_;
};

std::unique_ptr<TemporaryFolder> Training::sets_;

DIRCN_DEVICE_TEST(TrainingResumed, EndsAtTheSameBitsOnTheCpu) {
  const TemporaryFolder folder;
  testing::write_small_set(folder / "train", {});
  testing::write_small_set(folder / "val", {1, 1, 2, 48, 40, 32, 9});
  Config config;
  config.model = testing::small_model();
  config.data.train = (folder / "train").string();
  config.data.val = (folder / "val").string();
  config.train.epochs = 2;
  config.train.milestones = {1};
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
    EXPECT_NEAR(step.at("loss").get<double>(),
                step.at("ssim_loss").get<double>() + step.at("l1_loss").get<double>(), 1e-6);
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
    (step.at("epoch") == 1 ? first : second).push_back(step.at("slice"));
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
  settings.train.milestones = {7};
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

TEST_F(Training, StopsAtNotANumberWithTheSliceAndTheTerms) {
  Config settings = config();
  const RunFolder run(folder_ / "run");
  ASSERT_FALSE(Trainer(settings, torch::kCPU, run).run(after(2)));
  const auto healthy = testing::read_file(run.last());
  // Finite k-space, but its squares are not.
  testing::write_small_set(folder_ / "huge", {2, 2, 2, 48, 40, 32, 1, 0.7, 1e30});
  settings.data.train = (folder_ / "huge").string();
  Trainer trainer(settings, torch::kCPU, run);
  trainer.resume(run.last());
  try {
    trainer.run(never);
    FAIL() << "trained on NaN";
  } catch (const Error& error) {
    EXPECT_NE(error.parts().subject.find(".h5 slice"), std::string::npos) << error.what();
    EXPECT_NE(error.parts().found.find("SSIM term"), std::string::npos) << error.what();
    EXPECT_NE(error.parts().found.find("L1 term"), std::string::npos) << error.what();
  }
  EXPECT_TRUE(fs::exists(run.failed()));
  EXPECT_EQ(testing::read_file(run.last()), healthy);
}

TEST_F(Training, NeverStepsOnNumbersThatOverflow) {
  // k-space so large that its squares are infinite.
  const RunFolder run(folder_ / "run");
  testing::write_kspace(folder_ / "flat/kspace/a.h5",
                        torch::full({1, 2, 48, 40}, 3e38, torch::kComplexFloat),
                        testing::some_columns(40));
  Config settings = config();
  settings.data.train = (folder_ / "flat").string();
  Trainer trainer(settings, torch::kCPU, run);
  EXPECT_THROW(trainer.run(never), Error);
  EXPECT_TRUE(fs::exists(run.failed()));
  for (const auto& parameter : trainer.network()->parameters()) {
    EXPECT_TRUE(torch::isfinite(parameter).all().item<bool>());
  }
}

TEST_F(Training, KeepsItsStateWhenASliceCannotBeRead) {
  testing::write_small_set(folder_ / "train", {2, 1, 2, 48, 40, 32, 1});
  Config settings = config();
  settings.data.train = (folder_ / "train").string();
  const RunFolder run(folder_ / "run");
  Trainer trainer(settings, torch::kCPU, run);
  fs::remove(folder_ / "train/kspace/brain2.h5");
  try {
    trainer.run(never);
    FAIL() << "trained without the file";
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("brain2.h5"), std::string::npos) << error.what();
  }
  EXPECT_EQ(
      trainer.position().steps,
      load_checkpoint(run.last()).contents.as_dict().at("training").as_dict().at("steps").as_int());
}

TEST_F(Training, RefusesACheckpointOfAnotherRun) {
  const RunFolder run(folder_ / "run");
  Config settings = config();
  ASSERT_FALSE(Trainer(settings, torch::kCPU, run).run(after(1)));
  const auto message = [&](const Config& other) -> std::string {
    try {
      Trainer(other, torch::kCPU, run).resume(run.last());
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  };
  Config other = settings;
  other.model.cascades = 3;
  other.train.seed = 7;
  EXPECT_NE(message(other).find("model.cascades 2 there, 3 here"), std::string::npos);
  EXPECT_NE(message(other).find("train.seed 1 there, 7 here"), std::string::npos);
  other = settings;
  other.train.epochs = 9;
  EXPECT_EQ(message(other), "");
  testing::write_small_set(folder_ / "more", {3, 2, 2, 48, 40, 32, 1});
  other.data.train = (folder_ / "more").string();
  EXPECT_NE(message(other).find("6 slices"), std::string::npos) << message(other);
  EXPECT_THROW(
      Trainer(settings, torch::kCPU, run).resume(testing::golden("S7_checkpoint-best.pth")), Error);
  PickleDict spoilt = load_checkpoint(run.last()).contents.as_dict();
  PickleDict training = spoilt.at("training").as_dict();
  training.set("slices", 5);  // of 4
  spoilt.set("training", training);
  save_torch_file(folder_ / "spoilt.pt", spoilt);
  EXPECT_THROW(Trainer(settings, torch::kCPU, run).resume(folder_ / "spoilt.pt"), Error);
}

TEST_F(Training, ValidatesOnTheLabelsCrop) {
  Config settings = config();
  settings.model.cascades = 1;
  const SliceSet set(settings.data.val, SliceSet::Labels::kRequired, "validation set");
  Dircn network(settings.model);
  const auto scores = validate(network, set, settings.data, torch::kCPU, "", never);
  ASSERT_TRUE(scores.has_value());
  double sum = 0;
  for (int64_t i = 0; i < set.size(); ++i) {
    const RawSlice raw = set.read(i);
    const auto coils = ifft2c(fov_crop(raw.kspace * raw.mask)).unsqueeze(0);
    const auto zero_filled = center_crop_or_pad(root_sum_of_squares(coils)[0][0], 32, 32);
    sum += masked_ssim(zero_filled, *raw.label, raw.maximum, 5e-5);
  }
  EXPECT_NEAR(scores->ssim_zero_filled, sum / static_cast<double>(set.size()), 1e-6);
  EXPECT_NE(scores->ssim, scores->ssim_zero_filled);
  EXPECT_FALSE(validate(network, set, settings.data, torch::kCPU, "", after(1)).has_value());
}

}  // namespace
}  // namespace dircn
