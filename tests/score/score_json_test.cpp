#include "dircn/score/score_formats.h"

#include <gtest/gtest.h>

#include <limits>
#include <nlohmann/json.hpp>
#include <string>

#include "score/sample_scores.h"

namespace dircn::score_json_test {
namespace {

using Json = nlohmann::json;

Json report_of(const Scores& scores) {
  return Json::parse(to_json(scores));
}

TEST(ScoreJson, HoldsEveryNumber) {
  const auto report = report_of(testing::two_volumes());
  EXPECT_EQ(report["preset"], "snu2022");
  EXPECT_EQ(report["threshold"], 5e-5);
  EXPECT_FALSE(report.contains("threshold_knee"));
  for (const char* key : {"window", "data_range", "crop"}) {
    EXPECT_TRUE(report[key].is_string()) << key;
  }
  EXPECT_EQ(report["overall"]["ssim"], 0.525);
  EXPECT_TRUE(report["overall"]["ssim_zero_filled"].is_null());
  EXPECT_FALSE(report["overall"].contains("ssim_two_sd"));
  ASSERT_EQ(report["folders"].size(), 2U);
  EXPECT_EQ(report["folders"][0]["name"], "acc4");
  EXPECT_EQ(report["folders"][0]["ssim_zero_filled"], 0.5);
  ASSERT_EQ(report["accelerations"].size(), 2U);
  EXPECT_EQ(report["accelerations"][1]["acceleration"], 8);
  EXPECT_EQ(report["accelerations"][1]["ssim"], 0.25);
  ASSERT_EQ(report["volumes"].size(), 2U);
  EXPECT_EQ(report["volumes"][0]["name"], "acc4/a.h5");
  EXPECT_EQ(report["volumes"][0]["slices"], 3);
  EXPECT_EQ(report["volumes"][0]["acceleration"], 4);
  EXPECT_EQ(report["volumes"][0]["data_range"], 1e-3);
  ASSERT_EQ(report["slices"].size(), 4U);
  EXPECT_EQ(report["slices"][2]["volume"], "acc4/a.h5");
  EXPECT_EQ(report["slices"][2]["slice"], 2);
  EXPECT_EQ(report["slices"][2]["ssim"], 0.81234567);
  ASSERT_EQ(report["problems"].size(), 2U);
  EXPECT_EQ(report["problems"][0]["kind"], "missing");
}

TEST(ScoreJson, IsNullWhereNothingWasScored) {
  const auto report = report_of(Scores{});
  EXPECT_TRUE(report["overall"].is_null());
  EXPECT_TRUE(report["slices"].empty());
  EXPECT_TRUE(report["slices"].is_array());
  EXPECT_TRUE(report["time"].is_null());
}

TEST(ScoreJson, HoldsBoxes) {
  const auto report = report_of(testing::with_boxes());
  EXPECT_EQ(report["overall"]["ssim_bbox"], 0.6);
  const auto& slices = report["slices"];
  EXPECT_EQ(slices[0]["ssim_bbox"], 0.6);
  ASSERT_EQ(slices[0]["boxes"].size(), 2U);
  EXPECT_EQ(slices[0]["boxes"][0]["label"], "cyst");
  EXPECT_EQ(slices[0]["boxes"][0]["height"], 40);
  EXPECT_EQ(slices[0]["boxes"][0]["ssim"], 0.6);
  EXPECT_TRUE(slices[0]["boxes"][1]["ssim"].is_null());
  EXPECT_TRUE(slices[1]["ssim"].is_null());
  EXPECT_TRUE(slices[1]["boxes"].empty());
  EXPECT_TRUE(report["volumes"][0]["acceleration"].is_null());
}

TEST(ScoreJson, HoldsDeviations) {
  const auto report = report_of(testing::with_deviations());
  EXPECT_TRUE(report["threshold"].is_null());
  for (const char* name : {"ssim", "psnr", "nmse"}) {
    EXPECT_EQ(report["overall"][std::string(name) + "_two_sd"], 0.0456) << name;
    EXPECT_TRUE(report["volumes"][0][name].is_number()) << name;
    EXPECT_TRUE(report["overall"][std::string(name) + "_zero_filled"].is_number()) << name;
  }
  EXPECT_TRUE(report["accelerations"][0]["psnr_two_sd"].is_null());
  EXPECT_FALSE(report["slices"][0].contains("psnr"));
}

TEST(ScoreJson, IsNullWhereAScoreIsInfinite) {
  auto scores = testing::with_deviations();
  scores.overall->metrics.at(kPsnr) = Metric{std::numeric_limits<double>::infinity(), 20.5};
  const auto overall = report_of(scores)["overall"];
  EXPECT_TRUE(overall["psnr"].is_null());
  EXPECT_TRUE(overall["psnr_two_sd"].is_null());
  EXPECT_EQ(overall["psnr_zero_filled"], 20.5);
}

TEST(ScoreJson, StatesBothThresholdsOf2025) {
  Scores scores;
  scores.rule = score_rule(ScorePreset::snu2025);
  EXPECT_EQ(report_of(scores)["threshold"], 5e-5);
  EXPECT_EQ(report_of(scores)["threshold_knee"], 2e-5);
}

TEST(ScoreJson, HoldsTheTime) {
  auto scores = testing::two_volumes();
  scores.times = SliceTimes{"cpu", {10, 14}};
  const auto time = report_of(scores)["time"];
  EXPECT_EQ(time["ms_per_slice"], 12.0);
  EXPECT_EQ(time["median_ms"], 12.0);
  EXPECT_EQ(time["slices"], 2);
  EXPECT_EQ(time["device"], "cpu");
  scores.times->milliseconds.clear();
  EXPECT_TRUE(report_of(scores)["time"].is_null());
}

TEST(ScoreJson, HoldsRunsAndTheirDifferences) {
  const auto runs = testing::two_runs();
  const auto report = Json::parse(to_json(runs, compare(runs)));
  ASSERT_EQ(report["runs"].size(), 2U);
  EXPECT_EQ(report["runs"][1]["name"], "other");
  EXPECT_EQ(report["runs"][0]["overall"]["ssim"], 0.525);
  ASSERT_EQ(report["comparison"].size(), 1U);
  const auto& pair = report["comparison"][0];
  EXPECT_EQ(pair["run"], "other");
  EXPECT_EQ(pair["against"], "one");
  EXPECT_EQ(pair["over"], "slices");
  EXPECT_NEAR(pair["difference"].get<double>(), 0.05, 1e-12);
  EXPECT_EQ(pair["better"], 3);
  EXPECT_EQ(report["not_compared"], Json({"acc8/bb.h5"}));
  EXPECT_EQ(to_json({runs[0]}, {}), to_json(runs[0].scores));
}

TEST(ScoreJson, SaysHowHardSlicesAre) {
  auto scores = testing::two_volumes();
  scores.slices[1].input_distance = 0.4;
  const auto report = report_of(scores);
  EXPECT_EQ(report["slices"][1]["gtSSIM"], 0.4);
  EXPECT_TRUE(report["slices"][0]["gtSSIM"].is_null());
}

}  // namespace
}  // namespace dircn::score_json_test
