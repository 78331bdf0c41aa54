// dircn_eval as its users start it.

#include <gtest/gtest.h>
#include <torch/types.h>
#include <torch/utils.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "dircn/model/checkpoint.h"
#include "dircn/model/module_state.h"
#include "dircn/model/network.h"
#include "support/challenge_files.h"
#include "support/command.h"
#include "support/golden.h"
#include "support/paths.h"
#include "support/random_input.h"
#include "support/small_set.h"

namespace dircn::eval_app_test {
namespace {

namespace fs = std::filesystem;
using testing::CommandResult;
using testing::run_command;
using testing::TemporaryFolder;

CommandResult run_eval(const std::string& arguments) {
  return run_command(testing::program("eval") + " " + arguments);
}

nlohmann::json read_json(const fs::path& path) {
  return nlohmann::json::parse(testing::read_file(path));
}

bool has(const CommandResult& result, const std::string& part) {
  return result.output.find(part) != std::string::npos;
}

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
    return run_eval("--target " + target().string() + " --reconstruction " + made().string() + " " +
                    more);
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

TEST_F(EvalApp, ScoresAndWritesItsFiles) {
  const auto json = folder_ / "scores.json";
  const auto csv = folder_ / "scores.csv";
  const auto picture = folder_ / "picture.png";
  const auto result = evaluate("--json " + json.string() + " --csv " + csv.string() +
                               " --picture " + picture.string());
  EXPECT_EQ(result.exit_code, 0) << result.output;
  for (const char* part : {"snu2022", "acc4/a.h5", "acc8/a.h5", "x8", "overall", "0.9272"}) {
    EXPECT_TRUE(has(result, part)) << part << " in " << result.output;
  }
  const auto report = read_json(json);
  EXPECT_NEAR(report["overall"]["ssim"].get<double>(), (1 + ssim_) / 2, 1e-6);
  EXPECT_NEAR(report["overall"]["ssim_zero_filled"].get<double>(), ssim_, 1e-6);
  EXPECT_TRUE(report["time"].is_null());
  EXPECT_NE(testing::read_file(csv).find("acc8/a.h5,0,8,0.927"), std::string::npos);
  EXPECT_EQ(testing::read_file(picture).substr(1, 3), "PNG");
  EXPECT_TRUE(has(result, "shows acc8/a.h5 slice 0")) << result.output;
}

TEST_F(EvalApp, ScoresByThePresetThatIsNamed) {
  const auto json = folder_ / "scores.json";
  const auto result = evaluate("--preset snu2026 --json " + json.string());
  EXPECT_EQ(result.exit_code, 0) << result.output;
  EXPECT_EQ(read_json(json)["preset"], "snu2026");
  EXPECT_NEAR(read_json(json)["folders"][1]["ssim"].get<double>(),
              golden_.number("img.1.ssim_full2026"), 1e-6);
  EXPECT_EQ(evaluate("--preset snu2023").exit_code, 2);
}

TEST_F(EvalApp, DrawsWhatFastmriScores) {
  const auto picture = folder_ / "picture.png";
  const auto kspace = testing::full_kspace(1, 2, 48, 32, 1);
  const auto rss = torch::rand({1, 24, 20}) + 0.1;
  testing::write_fastmri(folder_ / "val/a.h5", kspace, rss, testing::some_columns(32));
  testing::write_reconstruction(folder_ / "made/a.h5", torch::rand({1, 30, 28}));
  const auto result = run_eval("--target " + (folder_ / "val").string() + " --reconstruction " +
                               (folder_ / "made").string() + " --picture " + picture.string());
  EXPECT_EQ(result.exit_code, 0) << result.output;
  EXPECT_TRUE(has(result, "fastmri")) << result.output;
  EXPECT_TRUE(fs::exists(picture));
}

TEST_F(EvalApp, FailsAndScoresTheRestWhereAVolumeIsMissing) {
  fs::remove(made() / "acc8/a.h5");
  const auto json = folder_ / "scores.json";
  const auto result = evaluate("--json " + json.string());
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_TRUE(has(result, "acc8/a.h5 has no reconstruction")) << result.output;
  EXPECT_TRUE(has(result, "1 volumes scored, 1 missing")) << result.output;
  EXPECT_NEAR(read_json(json)["overall"]["ssim"].get<double>(), 1, 1e-6);
}

TEST_F(EvalApp, RefusesOneNameForTwoFiles) {
  const auto file = (folder_ / "scores").string();
  const auto result = evaluate("--json " + file + " --csv " + file);
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_TRUE(has(result, file + ": found the name of another output")) << result.output;
  EXPECT_FALSE(has(result, "scored")) << result.output;
  EXPECT_FALSE(fs::exists(file));
}

TEST_F(EvalApp, DrawsNothingWhereNothingWasScored) {
  testing::write_file(made() / "acc4/a.h5", "");
  testing::write_file(made() / "acc8/a.h5", "");
  const auto result = evaluate("--picture " + (folder_ / "picture.png").string());
  EXPECT_EQ(result.exit_code, 1) << result.output;
  EXPECT_TRUE(has(result, "2 unusable")) << result.output;
  EXPECT_FALSE(fs::exists(folder_ / "picture.png"));
}

TEST_F(EvalApp, ReconstructsScoresAndTimesTheValidationSet) {
  torch::manual_seed(1);
  const auto checkpoint = folder_ / "model.pt";
  save_checkpoint(checkpoint, state_of(*make_network(testing::small_model())),
                  testing::small_model());
  testing::SmallSet set;
  set.slices = 6;
  testing::write_small_set(folder_ / "val", set);
  testing::write_file(folder_ / "eval.yaml", "data: {val: " + (folder_ / "val").string() + "}\n");
  const auto json = folder_ / "scores.json";
  const auto arguments = "--config " + (folder_ / "eval.yaml").string() + " --checkpoint " +
                         checkpoint.string() + " --device cpu";
  const auto result = run_eval(arguments + " --json " + json.string());
  EXPECT_EQ(result.exit_code, 0) << result.output;
  EXPECT_TRUE(has(result, "ms a slice (median ")) << result.output;
  EXPECT_TRUE(has(result, "2 slices timed on cpu, batch 1")) << result.output;
  const auto report = read_json(json);
  EXPECT_EQ(report["slices"].size(), 12U);
  EXPECT_GT(report["time"]["ms_per_slice"].get<double>(), 0);
  EXPECT_EQ(report["time"]["slices"], 2);

  testing::write_file(folder_ / "val/image/brain2.h5", "no HDF5");
  testing::write_kspace(folder_ / "val/kspace/brain1.h5", testing::full_kspace(6, 2, 48, 40, 1),
                        testing::some_points(48, 40));
  const auto partly = run_eval(arguments + " --picture " + (folder_ / "picture.png").string());
  EXPECT_EQ(partly.exit_code, 1);
  const std::string note = "brain1.h5: 2-D mask, so the field of view is not cropped";
  const size_t first = partly.output.find(note);
  EXPECT_NE(first, std::string::npos) << partly.output;
  EXPECT_EQ(partly.output.find(note, first + 1), std::string::npos) << partly.output;
  EXPECT_TRUE(has(partly, "1 volumes scored, 0 missing, 0 extra, 1 unusable")) << partly.output;
}

TEST_F(EvalApp, SaysWhatItTakes) {
  const auto help = run_eval("--help");
  EXPECT_EQ(help.exit_code, 0);
  for (const char* option : {"--target", "--reconstruction", "--config", "--checkpoint", "--device",
                             "--preset", "--json", "--csv", "--picture"}) {
    EXPECT_TRUE(has(help, option)) << option;
  }
  EXPECT_EQ(run_eval("--print-config").exit_code, 0);
}

TEST_F(EvalApp, TellsWrongUseFromFailure) {
  for (const char* arguments : {"", "--target a", "--reconstruction a", "--config a.yaml",
                                "--checkpoint a.pt", "--target a --checkpoint b.pt --config c.yaml",
                                "--target a --reconstruction b --checkpoint c.pt --config d.yaml",
                                "--target a --reconstruction b --device cpu"}) {
    EXPECT_EQ(run_eval(arguments).exit_code, 2) << arguments;
  }
  EXPECT_EQ(evaluate("--no-such-option").exit_code, 2);
  EXPECT_EQ(run_eval("--target /no/such --reconstruction /no/such").exit_code, 1);
  EXPECT_EQ(run_eval("--config /no/such.yaml --checkpoint /no/such.pt").exit_code, 1);
}

}  // namespace
}  // namespace dircn::eval_app_test
