// dircn_train as its users start it.

#include <gtest/gtest.h>
#include <torch/types.h>

#include "dircn/model/checkpoint.h"
#include "dircn/model/module_state.h"
#include "support/command.h"
#include "support/paths.h"
#include "support/small_set.h"

namespace dircn::train_app_test {
namespace {

namespace fs = std::filesystem;
using testing::CommandResult;
using testing::run_command;
using testing::TemporaryFolder;

/// A folder with a training and a validation set and a configuration.
class TrainApp : public ::testing::Test {
 protected:
  void SetUp() override {
    testing::write_small_set(folder_ / "train", {2, 3, 2, 48, 40, 32});
    testing::write_small_set(folder_ / "val", {1, 1, 2, 48, 40, 32, 9});
    testing::write_file(folder_ / "small.yaml",
                        "model: {cascades: 2, channels: 2, sensitivity_channels: 2, groups: 2, "
                        "sensitivity_groups: 1}\n"
                        "data: {train: " +
                            (folder_ / "train").string() + ", val: " + (folder_ / "val").string() +
                            ", crop: 32}\n"
                            "train: {epochs: 2, schedule: {milestones: [1]}}\n");
  }

  std::string command(const fs::path& output, const std::string& more = "") const {
    return testing::program("train") + " --device cpu --config " +
           (folder_ / "small.yaml").string() + " --output " + output.string() + " " + more;
  }

  CommandResult train(const fs::path& output, const std::string& more = "") const {
    return run_command(command(output, more));
  }

  static bool mentions(const CommandResult& result, const std::string& text) {
    return result.output.find(text) != std::string::npos;
  }

  TemporaryFolder folder_;
};

StateDict weights(const fs::path& run) {
  return load_checkpoint(run / "last.pt").state;
}

void expect_equal_weights(const fs::path& run, const fs::path& other) {
  const StateDict a = weights(run);
  const StateDict b = weights(other);
  ASSERT_EQ(a.size(), b.size());
  for (size_t i = 0; i < a.size(); ++i) {
    EXPECT_TRUE(torch::equal(a[i].second, b[i].second)) << a[i].first;
  }
}

TEST_F(TrainApp, TrainsAndLeavesARunThatOtherProgramsCanUse) {
  const auto run = folder_ / "run";
  const auto result = train(run);
  EXPECT_EQ(result.exit_code, 0) << result.output;
  EXPECT_TRUE(mentions(result, "epoch 2/2: loss ")) << result.output;
  EXPECT_TRUE(mentions(result, "data wait")) << result.output;
  for (const char* file : {"config.yaml", "train.log", "metrics.jsonl", "last.pt", "best.pt"}) {
    EXPECT_TRUE(fs::exists(run / file)) << file;
  }
  EXPECT_NE(testing::read_file(run / "train.log").find("epoch 2/2: loss "), std::string::npos);
  EXPECT_EQ(load_network(run / "best.pt")->config().cascades, 2);
  EXPECT_EQ(run_command(testing::program("train") + " --print-config --config " +
                        (run / "config.yaml").string())
                .output,
            testing::read_file(run / "config.yaml"));
}

TEST_F(TrainApp, ResumesAfterASignalToTheSameBits) {
  ASSERT_EQ(train(folder_ / "whole").exit_code, 0);
  const auto run = folder_ / "stopped";
  // The first line of metrics says that a step is done; 12 steps take longer than the signal.
  const auto interrupted = run_command(
      command(run) + " & child=$!; until [ -s " + (run / "metrics.jsonl").string() +
      " ]; do kill -0 $child || break; sleep 0.02; done; kill -TERM $child; wait $child");
  EXPECT_EQ(interrupted.exit_code, 0) << interrupted.output;
  EXPECT_TRUE(mentions(interrupted, "--resume auto")) << interrupted.output;
  const auto refused = train(run);
  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_TRUE(mentions(refused, "an earlier run")) << refused.output;
  const auto resumed = train(run, "--resume auto");
  EXPECT_EQ(resumed.exit_code, 0) << resumed.output;
  EXPECT_TRUE(mentions(resumed, "resuming from")) << resumed.output;
  expect_equal_weights(run, folder_ / "whole");
}

TEST_F(TrainApp, ResumesAfterAKillToTheSameBits) {
  ASSERT_EQ(train(folder_ / "whole").exit_code, 0);
  const auto run = folder_ / "killed";
  run_command(command(run, "--set train.save_minutes=1e-9") + " & child=$!; until [ -s " +
              (run / "last.pt").string() +
              " ]; do kill -0 $child || break; sleep 0.02; done; kill -KILL $child; wait $child");
  const auto resumed = train(run, "--resume auto");
  EXPECT_EQ(resumed.exit_code, 0) << resumed.output;
  expect_equal_weights(run, folder_ / "whole");
}

TEST_F(TrainApp, BeginsByItselfWhenThereIsNothingToResume) {
  const auto result = train(folder_ / "run",
                            "--resume auto --set train.epochs=1 "
                            "--set train.schedule.milestones=[]");
  EXPECT_EQ(result.exit_code, 0) << result.output;
  EXPECT_FALSE(mentions(result, "resuming")) << result.output;
  // More epochs continue a finished run; a checkpoint of elsewhere begins a new one.
  const auto more = train(folder_ / "run", "--resume auto");
  EXPECT_EQ(more.exit_code, 0) << more.output;
  EXPECT_TRUE(mentions(more, "train.epochs 1 there, 2 here")) << more.output;
  const auto other = train(folder_ / "other", "--resume " + (folder_ / "run/best.pt").string());
  EXPECT_EQ(other.exit_code, 0) << other.output;
}

TEST_F(TrainApp, RefusesAFolderInUse) {
  const auto run = folder_ / "run";
  const auto result = run_command("mkdir " + run.string() + "; flock " + run.string() +
                                  "/.lock sh -c '" + command(run) + "'");
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_TRUE(mentions(result, "in use by another process")) << result.output;
}

TEST_F(TrainApp, SaysWhatIsWrongWithItsData) {
  struct Case {
    const char* what;
    std::function<void(const fs::path&)> damage;
    std::vector<std::string> words;
  };
  const std::vector<Case> cases{
      {"no image of a k-space",
       [](const fs::path& f) { fs::remove(f / "train/image/brain2.h5"); },
       {"brain2.h5"}},
      {"no k-space of an image",
       [](const fs::path& f) { fs::remove(f / "train/kspace/brain2.h5"); },
       {"brain2.h5"}},
      {"an empty split", [](const fs::path& f) { fs::remove_all(f / "val/kspace"); }, {"val"}},
      {"a truncated file",
       [](const fs::path& f) { fs::resize_file(f / "train/kspace/brain1.h5", 3000); },
       {"brain1.h5"}},
      {"no such folder", [](const fs::path& f) { fs::remove_all(f / "train"); }, {"train"}},
  };
  for (const Case& test : cases) {
    fs::remove_all(folder_ / "train");
    fs::remove_all(folder_ / "val");
    SetUp();
    test.damage(folder_.path());
    const auto result = train(folder_ / "run");
    EXPECT_EQ(result.exit_code, 1) << test.what;
    for (const auto& word : test.words) {
      EXPECT_TRUE(mentions(result, word)) << test.what << ": " << result.output;
    }
    EXPECT_FALSE(fs::exists(folder_ / "run/last.pt")) << test.what;
  }
  const auto unnamed = train(folder_ / "run", "--set data.train=");
  EXPECT_EQ(unnamed.exit_code, 1);
  EXPECT_TRUE(mentions(unnamed, "data.train")) << unnamed.output;
}

TEST_F(TrainApp, SaysWhatItTakes) {
  const auto help = run_command(testing::program("train") + " --help");
  EXPECT_EQ(help.exit_code, 0);
  for (const char* option : {"--config", "--set", "--output", "--resume", "--device"}) {
    EXPECT_TRUE(mentions(help, option)) << option;
  }
  for (const char* word :
       {"config.yaml", "train.log", "metrics.jsonl", "curves.html", "tensorboard/", "last.pt",
        "epoch-0007.pt", "best.pt", "best_ema.pt", "phase_best.pt", "failed.pt", "data.train",
        "data.val", "data.validation_share", "train.phases"}) {
    EXPECT_TRUE(mentions(help, word)) << word;
  }
  EXPECT_EQ(train(folder_ / "run", "--epochs 3").exit_code, 2);
}

TEST_F(TrainApp, LosesNothingOnAFullDisk) {
  const auto run = folder_ / "run";
  ASSERT_EQ(train(run, "--set train.epochs=1 --set train.schedule.milestones=[]").exit_code, 0);
  const auto before = testing::read_file(run / "last.pt");
  const auto result = run_command("ulimit -f 16; trap '' XFSZ; " + command(run, "--resume auto"));
  EXPECT_EQ(result.exit_code, 1) << result.output;
  EXPECT_TRUE(mentions(result, "last.pt") || mentions(result, "best.pt")) << result.output;
  EXPECT_EQ(testing::read_file(run / "last.pt"), before);
}

}  // namespace
}  // namespace dircn::train_app_test
