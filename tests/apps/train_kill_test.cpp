// A training run that is killed again and again ends as one that was not.

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <thread>

#include "dircn/model/checkpoint.h"
#include "equal_runs.h"
#include "kill_moments.h"
#include "support/command.h"
#include "support/paths.h"
#include "support/small_set.h"
#include "train/state/training_state.h"

namespace dircn::train_kill_test {
namespace {

namespace fs = std::filesystem;
using testing::being_written;
using testing::Moment;
using testing::names_in;
using testing::TemporaryFolder;
using Clock = std::chrono::steady_clock;
using Names = std::set<std::string>;

/// Everything with a state: two phases, an average, weights by prediction, batches, drawn masks. A
/// checkpoint of 3 MB after every step.
constexpr const char* kConfig = R"(
model: {cascades: 1, channels: 4, sensitivity_channels: 2, groups: 2, sensitivity_groups: 1}
data: {train: %/train, val: %/val, crop: 32, training_masks: redrawn,
       augmentation: {probability: 0.5}, mask: {type: random, center_fractions: [0.2], accelerations: [3]}}
train:
  save_minutes: 1.0e-9
  ema: 0.9
  loss: {focal: {by: prediction, gamma: 1}}
  batch: {size: 2}
  schedule: {kind: plateau, patience: 1, warmup: 1}
  phases:
    - {epochs: 5, until: overfitting, patience: 2}
    - {epochs: 7, cascades: 2, transfer: method_3}
)";

/// Where the kills came.
struct Kills {
  int in_last = 0;           // while last.pt was written
  int in_others = 0;         // while another checkpoint was
  int after_last_steps = 0;  // of an epoch: validating, or before the epoch's end was saved
  int at_epoch_ends = 0;     // before the next step was saved
  int at_the_switch = 0;     // of the phases: likewise
};

/// Expects that every checkpoint can be read.
void look_at(const fs::path& run, pid_t killed, Kills& kills) {
  for (const std::string& name : names_in(run, ".pt")) {
    ASSERT_NO_THROW(load_checkpoint(run / name)) << name;
  }
  const Names unfinished = being_written(run, killed);
  const auto in_last = static_cast<int>(unfinished.count("last.pt"));
  kills.in_last += in_last;
  kills.in_others += static_cast<int>(unfinished.size()) - in_last;
  if (!fs::exists(run / "last.pt")) {
    return;
  }
  const RunPosition at = position_of(load_checkpoint(run / "last.pt"));
  const bool at_end = at.slices == 0 && at.epoch > 0;
  const bool between_phases =
      at.phase == 0 ? testing::says(run / "train.log", "phase 2/2") : at.phase_epoch == 0;
  kills.after_last_steps += at.slices == at.slices_in_epoch ? 1 : 0;
  kills.at_epoch_ends += at_end ? 1 : 0;
  kills.at_the_switch += at_end && between_phases ? 1 : 0;
}

class TrainKill : public ::testing::Test {
 protected:
  void SetUp() override {
    testing::write_small_set(folder_ / "train", {3, 4, 2, 48, 40, 32});
    testing::write_small_set(folder_ / "val", {1, 1, 2, 48, 40, 32, 9});
    std::string config = kConfig;
    for (size_t at = config.find('%'); at != std::string::npos; at = config.find('%', at)) {
      config.replace(at, 1, folder_.path().string());
    }
    testing::write_file(folder_ / "a.yaml", config);
  }

  /// One thread: two that wait for each other take long where others are at work, too.
  std::string training(const fs::path& run) const {
    return "exec env OMP_NUM_THREADS=1 " + testing::program("train") + " --device cpu --config " +
           (folder_ / "a.yaml").string() + " --resume auto --output " + run.string() +
           " > /dev/null 2>&1";
  }

  /// Starts the program and kills it at a moment; its process id, or none if it ended before.
  std::optional<pid_t> killed_at(const fs::path& run, const Moment& is_now) const {
    const std::string command = training(run);
    const pid_t child = ::fork();
    if (child == 0) {
      ::execl("/bin/sh", "sh", "-c", command.c_str(), nullptr);
      ::_exit(127);
    }
    int status = 0;
    while (!is_now(child)) {
      if (::waitpid(child, &status, WNOHANG) != 0) {
        return std::nullopt;
      }
      std::this_thread::sleep_for(std::chrono::microseconds(500));
    }
    ::kill(child, SIGKILL);
    ::waitpid(child, &status, 0);
    return WIFSIGNALED(status) ? std::optional<pid_t>(child) : std::nullopt;
  }

  TemporaryFolder folder_;
};

TEST_F(TrainKill, EndsAtTheSameBitsAfterManyKills) {
  const auto start = Clock::now();
  ASSERT_EQ(testing::run_command(training(folder_ / "whole")).exit_code, 0);
  const std::chrono::duration<double> whole = Clock::now() - start;
  const fs::path run = folder_ / "killed";
  const auto moments = testing::moments_of(run, whole.count());
  Kills kills;
  for (size_t i = 0; i < moments.size(); ++i) {
    const auto process = killed_at(run, moments[i]());
    ASSERT_TRUE(process) << "it ended before kill " << i;
    ASSERT_NO_FATAL_FAILURE(look_at(run, *process, kills)) << "after kill " << i;
  }
  EXPECT_GE(kills.in_last, 1);
  EXPECT_GE(kills.in_others, 1);
  EXPECT_GE(kills.after_last_steps, 1);
  EXPECT_GE(kills.at_epoch_ends, 1);
  EXPECT_GE(kills.at_the_switch, 1);
  ASSERT_EQ(testing::run_command(training(run)).exit_code, 0);
  EXPECT_EQ(names_in(run, ".tmp"), Names());
  testing::expect_equal_runs(run, folder_ / "whole");
}

}  // namespace
}  // namespace dircn::train_kill_test
