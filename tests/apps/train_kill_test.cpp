// A training run that is killed again and again ends as one that was not.

#include <gtest/gtest.h>
#include <torch/torch.h>

#include <fstream>
#include <random>
#include <string>

#include "dircn/io/checkpoint.h"
#include "support/command.h"
#include "support/paths.h"
#include "support/small_set.h"

namespace dircn {
namespace {

namespace fs = std::filesystem;
using testing::run_command;
using testing::TemporaryFolder;

constexpr int kKills = 20;

/// Everything with a state: two phases, an average, weights by prediction, batches, drawn masks. A
/// checkpoint after every step: a third of the time is spent on saving.
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
    - {epochs: 6}
    - {epochs: 6, cascades: 2, transfer: method_3}
)";

std::string with_folder(std::string text, const std::string& folder) {
  for (size_t at = text.find('%'); at != std::string::npos; at = text.find('%', at)) {
    text.replace(at, 1, folder);
  }
  return text;
}

std::string training(const TemporaryFolder& folder, const std::string& run) {
  return std::string(DIRCN_TRAIN) + " --device cpu --config " + (folder / "a.yaml").string() +
         " --resume auto --output " + (folder / run).string() + " > /dev/null 2>&1";
}

/// Starts the program, kills it `seconds` after its first step, or after that of its last start.
/// False if it was finished before.
bool killed_after(const TemporaryFolder& folder, const std::string& run, double seconds) {
  const std::string metrics = (folder / run / "metrics.jsonl").string();
  const auto result = run_command(
      "touch " + (folder / "mark").string() + "; " + training(folder, run) +
      " & child=$!; until [ " + metrics + " -nt " + (folder / "mark").string() +
      " ]; do kill -0 $child 2>/dev/null || break; sleep 0.01; done; sleep " +
      std::to_string(seconds) + "; kill -KILL $child 2>/dev/null || exit 7; wait $child; exit 0");
  return result.exit_code == 0;
}

TEST(TrainKill, EndsAtTheSameBitsAfterManyKills) {
  const TemporaryFolder folder;
  testing::write_small_set(folder / "train", {3, 4, 2, 48, 40, 32});
  testing::write_small_set(folder / "val", {1, 1, 2, 48, 40, 32, 9});
  testing::write_file(folder / "a.yaml", with_folder(kConfig, folder.path().string()));
  ASSERT_EQ(run_command(training(folder, "whole")).exit_code, 0);
  std::mt19937 random(1);
  int kills = 0;
  for (int start = 0; start < 4 * kKills && kills < kKills; ++start) {
    const double seconds = static_cast<double>(random() % 1000) / 1000 * 0.15;
    if (!killed_after(folder, "killed", seconds)) {
      break;
    }
    ++kills;
    const fs::path last = folder / "killed/last.pt";
    if (fs::exists(last)) {
      EXPECT_NO_THROW(load_checkpoint(last)) << "after " << kills << " kills";
    }
  }
  EXPECT_EQ(kills, kKills) << "it finished too soon";
  ASSERT_EQ(run_command(training(folder, "killed")).exit_code, 0);
  for (const char* file : {"last.pt", "best.pt", "best_ema.pt"}) {
    const auto expected = load_checkpoint(folder / "whole" / file).state;
    const auto found = load_checkpoint(folder / "killed" / file).state;
    ASSERT_EQ(found.size(), expected.size()) << file;
    for (size_t i = 0; i < found.size(); ++i) {
      EXPECT_TRUE(torch::equal(found[i].second, expected[i].second)) << file << found[i].first;
    }
  }
}

}  // namespace
}  // namespace dircn
