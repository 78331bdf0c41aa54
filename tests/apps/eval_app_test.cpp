// dircn_eval as its users start it.

#include <gtest/gtest.h>
#include <torch/torch.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "support/challenge_files.h"
#include "support/command.h"
#include "support/golden.h"
#include "support/paths.h"

namespace dircn {
namespace {

namespace fs = std::filesystem;
using testing::CommandResult;
using testing::run_command;
using testing::TemporaryFolder;

/// A golden slice in two folders; one of its reconstructions is perfect.
class EvalApp : public ::testing::Test {
 protected:
  void SetUp() override {
    for (const char* folder : {"acc4", "acc8"}) {
      testing::write_images(target() / folder / "image/a.h5", label_, maximum_, degraded_);
    }
    testing::write_reconstruction(made() / "acc4/a.h5", label_);
    testing::write_reconstruction(made() / "acc8/a.h5", degraded_);
  }

  CommandResult evaluate(const std::string& more = "") const {
    return run_command(std::string(DIRCN_EVAL) + " --target " + target().string() +
                       " --reconstruction " + made().string() + " " + more);
  }

  fs::path target() const { return folder_ / "leaderboard"; }
  fs::path made() const { return folder_ / "recon"; }

  const testing::GoldenFile golden_{"S5_metrics.pth"};
  const torch::Tensor label_ = golden_.tensor("img.1.target").unsqueeze(0);
  const torch::Tensor degraded_ = golden_.tensor("img.1.recon").unsqueeze(0);
  const double maximum_ = golden_.number("img.1.maximum");
  const double ssim_ = golden_.number("img.1.ssim2022");
  TemporaryFolder folder_;
};

TEST_F(EvalApp, ScoresAndWritesJsonAndPicture) {
  const auto json = folder_ / "scores.json";
  const auto picture = folder_ / "picture.png";
  const auto result = evaluate("--json " + json.string() + " --picture " + picture.string());
  EXPECT_EQ(result.exit_code, 0) << result.output;
  for (const char* part : {"snu2022", "acc4/a.h5", "acc8/a.h5", "overall", "0.9272"}) {
    EXPECT_NE(result.output.find(part), std::string::npos) << part << " in " << result.output;
  }
  const auto overall = nlohmann::json::parse(testing::read_file(json))["overall"];
  EXPECT_NEAR(overall["ssim"].get<double>(), (1 + ssim_) / 2, 1e-6);
  EXPECT_NEAR(overall["ssim_zero_filled"].get<double>(), ssim_, 1e-6);
  EXPECT_EQ(testing::read_file(picture).substr(1, 3), "PNG");
  EXPECT_NE(result.output.find("shows acc8/a.h5 slice 0"), std::string::npos) << result.output;
}

TEST_F(EvalApp, FailsAndScoresTheRestWhereAVolumeIsMissing) {
  fs::remove(made() / "acc8/a.h5");
  const auto json = folder_ / "scores.json";
  const auto result = evaluate("--json " + json.string());
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_NE(result.output.find("acc8/a.h5 has no reconstruction"), std::string::npos)
      << result.output;
  EXPECT_NE(result.output.find("1 volumes scored, 1 missing"), std::string::npos) << result.output;
  EXPECT_NEAR(nlohmann::json::parse(testing::read_file(json))["overall"]["ssim"].get<double>(), 1,
              1e-6);
}

TEST_F(EvalApp, DrawsNothingWhereNothingWasScored) {
  testing::write_file(made() / "acc4/a.h5", "");
  testing::write_file(made() / "acc8/a.h5", "");
  const auto result = evaluate("--picture " + (folder_ / "picture.png").string());
  EXPECT_EQ(result.exit_code, 1) << result.output;
  EXPECT_NE(result.output.find("2 unusable"), std::string::npos) << result.output;
  EXPECT_FALSE(fs::exists(folder_ / "picture.png"));
}

TEST_F(EvalApp, SaysWhatItTakes) {
  const auto help = run_command(std::string(DIRCN_EVAL) + " --help");
  EXPECT_EQ(help.exit_code, 0);
  for (const char* option : {"--target", "--reconstruction", "--json", "--picture"}) {
    EXPECT_NE(help.output.find(option), std::string::npos) << option;
  }
  EXPECT_EQ(run_command(DIRCN_EVAL).exit_code, 2);
  EXPECT_EQ(evaluate("--no-such-option").exit_code, 2);
  EXPECT_EQ(run_command(std::string(DIRCN_EVAL) + " --target /no/such --reconstruction /no/such")
                .exit_code,
            1);
}

}  // namespace
}  // namespace dircn
