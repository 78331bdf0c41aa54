// What training does where something is wrong: it says so, and loses nothing.

#include <gtest/gtest.h>
#include <torch/types.h>

#include "dircn/core/error.h"
#include "dircn/data/volume.h"
#include "dircn/formats/torch_file.h"
#include "dircn/model/checkpoint.h"
#include "formats/hdf5_maker.h"
#include "small_run.h"
#include "support/challenge_files.h"
#include "support/random_input.h"
#include "support/small_set.h"
#include "train/loop/trainer.h"

namespace dircn::trainer_failures_test {
namespace {

namespace fs = std::filesystem;
using testing::after;
using testing::never;

class TrainingFailures : public testing::SmallRun {};

TEST_F(TrainingFailures, StopsAtNotANumberWithTheSliceAndTheTerms) {
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
    EXPECT_NE(error.parts().found.find("gaussian_ssim term"), std::string::npos) << error.what();
    EXPECT_NE(error.parts().found.find("l1 term"), std::string::npos) << error.what();
  }
  EXPECT_TRUE(fs::exists(run.failed()));
  EXPECT_EQ(testing::read_file(run.last()), healthy);
}

TEST_F(TrainingFailures, RefusesMaskedKspaceBeforeItBegins) {
  const auto mask = testing::column_mask(40, 4, 8).flatten();
  testing::write_kspace(folder_ / "masked/kspace/a.h5",
                        testing::full_kspace(2, 2, 48, 40, 1) * mask, mask);
  Config settings = config();
  settings.data.train = (folder_ / "masked").string();
  try {
    Trainer(settings, torch::kCPU, RunFolder(folder_ / "run"));
    FAIL() << "trains on holes";
  } catch (const Error& error) {
    EXPECT_NE(error.parts().subject.find("kspace/a.h5"), std::string::npos) << error.what();
    EXPECT_NE(error.parts().found.find("masked already"), std::string::npos) << error.what();
  }
}

TEST_F(TrainingFailures, RefusesMasksWithoutACentreUnlessMapsAreMadeOfAllSamples) {
  for (const char* set : {"train", "val"}) {
    testing::write_small_set(folder_ / set, {1, 2, 2, 48, 40, 32});
    const fs::path path = folder_ / set / "kspace/brain1.h5";
    torch::Tensor kspace = KspaceVolume(path).read_slice(0);
    fs::remove(path);
    testing::write_kspace(path, torch::stack({kspace, kspace}), torch::arange(40) % 4 == 1);
  }
  Config settings = config();
  settings.model = testing::small_varnet();
  settings.train.epochs = 1;
  for (const char* set : {"train", "val"}) {
    Config one = settings;
    (set == std::string("val") ? one.data.val : one.data.train) = (folder_ / set).string();
    try {
      Trainer(one, torch::kCPU, RunFolder(folder_ / "run"));
      ADD_FAILURE() << "trains without maps";
    } catch (const Error& error) {
      EXPECT_NE(error.parts().found.find("centre of k-space"), std::string::npos) << error.what();
    }
  }
  settings.model.sensitivity_from = MapsFrom::all;
  settings.data.train = (folder_ / "train").string();
  settings.data.val = (folder_ / "val").string();
  EXPECT_TRUE(Trainer(settings, torch::kCPU, RunFolder(folder_ / "all")).run(never));
}

TEST_F(TrainingFailures, NeverStepsOnNumbersThatOverflow) {
  // k-space so large that its squares are infinite.
  const RunFolder run(folder_ / "run");
  testing::write_kspace(folder_ / "flat/kspace/a.h5",
                        torch::full({1, 2, 48, 40}, 3e38, torch::kComplexFloat),
                        testing::some_columns(40));
  Config settings = config();
  settings.data.train = (folder_ / "flat").string();
  Trainer trainer(settings, torch::kCPU, run);
  try {
    trainer.run(never);
    FAIL() << "trained on what overflows";
  } catch (const Error& error) {
    EXPECT_NE(error.parts().found.find("single precision cannot hold"), std::string::npos)
        << error.what();
  }
  EXPECT_TRUE(fs::exists(run.failed()));
  for (const auto& parameter : trainer.network()->parameters()) {
    EXPECT_TRUE(torch::isfinite(parameter).all().item<bool>());
  }
}

TEST_F(TrainingFailures, KeepsAHealthyCheckpointWhenValidationIsNotANumber) {
  const RunFolder run(folder_ / "run");
  Config settings = config();
  ASSERT_FALSE(Trainer(settings, torch::kCPU, run).run(after(2)));
  const auto healthy = testing::read_file(run.last());
  testing::write_small_set(folder_ / "huge", {1, 1, 2, 48, 40, 32, 1});
  testing::write_kspace(folder_ / "huge/kspace/brain1.h5",
                        torch::full({1, 2, 48, 40}, 3e38, torch::kComplexFloat),
                        testing::some_columns(40));
  settings.data.val = (folder_ / "huge").string();
  Trainer trainer(settings, torch::kCPU, run);
  trainer.resume(run.last());
  try {
    trainer.run(never);
    FAIL() << "validated NaN";
  } catch (const Error& error) {
    EXPECT_NE(error.parts().subject.find("(validation)"), std::string::npos) << error.what();
  }
  EXPECT_TRUE(fs::exists(run.failed()));
  EXPECT_EQ(testing::read_file(run.last()), healthy);
}

TEST_F(TrainingFailures, KeepsItsStateWhenASliceCannotBeRead) {
  testing::write_small_set(folder_ / "train", {4, 3, 2, 48, 40, 32, 1});
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
  ASSERT_GT(trainer.position().steps, 0);
  EXPECT_EQ(
      trainer.position().steps,
      load_checkpoint(run.last()).contents.as_dict().at("training").as_dict().at("steps").as_int());
}

TEST_F(TrainingFailures, RefusesACheckpointOfAnotherRun) {
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

}  // namespace
}  // namespace dircn::trainer_failures_test
