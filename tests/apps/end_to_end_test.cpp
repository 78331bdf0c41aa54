// From nothing to scores, by the real programs: simulate, train, reconstruct, score.

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "support/command.h"
#include "support/paths.h"

namespace dircn::end_to_end_test {
namespace {

void expect_success(const std::string& command) {
  const auto result = testing::run_command(command);
  ASSERT_EQ(result.exit_code, 0) << command << "\n" << result.output;
}

TEST(EndToEnd, ANetworkTrainedOnSimulatedScansBeatsZeroFilling) {
  const testing::TemporaryFolder folder;
  const auto path = [&](const char* name) { return (folder / name).string(); };
  testing::write_file(
      folder / "small.yaml",
      "model: {cascades: 2, channels: 4, sensitivity_channels: 2, groups: 2, "
      "sensitivity_groups: 1}\n"
      "data: {train: " +
          path("data/train") + ", val: " + path("data/val") +
          ", crop: 64}\n"
          "train: {epochs: 4, learning_rate: 5.0e-3, schedule: {milestones: [3]}}\n");
  expect_success(testing::program("simulate") + " --anatomy phantom --output " + path("data") +
                 " --train 10 --val 1 --leaderboard 1 --acceleration 4 --slices 8 --coils 4"
                 " --height 136 --width 68 --label 64");
  expect_success(testing::program("train") + " --device cpu --config " + path("small.yaml") +
                 " --output " + path("run"));
  expect_success(testing::program("reconstruct") + " --device cpu --checkpoint " +
                 path("run/best.pt") + " --crop 64 --input " + path("data/leaderboard") +
                 " --output " + path("reconstructions"));
  expect_success(testing::program("eval") + " --target " + path("data/leaderboard") +
                 " --reconstruction " + path("reconstructions") + " --json " + path("scores.json"));
  const auto scores = nlohmann::json::parse(testing::read_file(folder / "scores.json"));
  EXPECT_GT(scores.at("overall").at("ssim").get<double>(),
            scores.at("overall").at("ssim_zero_filled").get<double>() + 0.01);
}

}  // namespace
}  // namespace dircn::end_to_end_test
