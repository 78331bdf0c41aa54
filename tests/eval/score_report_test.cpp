#include "dircn/eval/score_report.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

namespace dircn {
namespace {

/// Two volumes in two folders; the second one has no zero-filled images.
Scores two_volumes() {
  Scores scores;
  scores.volumes = {{{"acc4/a.h5", "", ""}, 3, {0.8, 0.5}},
                    {{"acc8/bb.h5", "", ""}, 1, {0.25, {}}}};
  scores.folders = {{"acc4", 1, 3, {0.8, 0.5}}, {"acc8", 1, 1, {0.25, {}}}};
  scores.slices = {
      {0, 0, {0.7, 0.4}}, {0, 1, {0.9, 0.6}}, {0, 2, {0.81234567, 0.5}}, {1, 0, {0.25, {}}}};
  scores.overall = Similarity{0.525, {}};
  scores.problems = {{ScoreProblem::Kind::kMissing, "acc4/m.h5 has no reconstruction"},
                     {ScoreProblem::Kind::kUnusable, "acc4/u\xff.h5 was not scored"}};
  return scores;
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST(ScoreText, ShowsEveryMeanBesideZeroFilled) {
  const auto text = to_text(two_volumes());
  for (const char* line : {"volume      slices      SSIM  zero-filled\n",
                           "acc4/a.h5        3    0.8000       0.5000\n",
                           "acc8/bb.h5       1    0.2500            -\n",
                           "acc4             3    0.8000       0.5000\n",
                           "overall          4    0.5250            -\n"}) {
    EXPECT_TRUE(has(text, line)) << line << " in\n" << text;
  }
}

TEST(ScoreText, StatesTheRuleTheWorstSlicesAndTheCounts) {
  const auto text = to_text(two_volumes());
  for (const char* part : {"snu2022", "uniform 7x7", "5e-05", "attribute max", "crop: none",
                           "worst slices:\n  acc8/bb.h5 slice 0: 0.2500 (zero-filled -)\n"
                           "  acc4/a.h5 slice 0: 0.7000 (zero-filled 0.4000)\n"
                           "  acc4/a.h5 slice 2: 0.8123 (zero-filled 0.5000)\n",
                           "2 volumes scored, 1 missing, 0 extra, 1 unusable\n"}) {
    EXPECT_TRUE(has(text, part)) << part << " in\n" << text;
  }
  EXPECT_FALSE(has(text, "slice 1:"));
}

TEST(ScoreText, CountsWhereNothingWasScored) {
  const auto text = to_text(Scores{});
  EXPECT_TRUE(has(text, "0 volumes scored, 0 missing, 0 extra, 0 unusable")) << text;
  EXPECT_FALSE(has(text, "overall"));
}

TEST(ScoreJson, HoldsEveryNumber) {
  const auto report = nlohmann::json::parse(to_json(two_volumes()));
  EXPECT_EQ(report["preset"], "snu2022");
  EXPECT_EQ(report["threshold"], 5e-5);
  for (const char* key : {"window", "data_range", "crop"}) {
    EXPECT_TRUE(report[key].is_string()) << key;
  }
  EXPECT_EQ(report["overall"]["ssim"], 0.525);
  EXPECT_TRUE(report["overall"]["ssim_zero_filled"].is_null());
  ASSERT_EQ(report["folders"].size(), 2U);
  EXPECT_EQ(report["folders"][0]["name"], "acc4");
  EXPECT_EQ(report["folders"][0]["ssim_zero_filled"], 0.5);
  ASSERT_EQ(report["volumes"].size(), 2U);
  EXPECT_EQ(report["volumes"][0]["name"], "acc4/a.h5");
  EXPECT_EQ(report["volumes"][0]["slices"], 3);
  ASSERT_EQ(report["slices"].size(), 4U);
  EXPECT_EQ(report["slices"][2]["volume"], "acc4/a.h5");
  EXPECT_EQ(report["slices"][2]["slice"], 2);
  EXPECT_EQ(report["slices"][2]["ssim"], 0.81234567);
  ASSERT_EQ(report["problems"].size(), 2U);
  EXPECT_EQ(report["problems"][0]["kind"], "missing");
}

TEST(ScoreJson, IsNullWhereNothingWasScored) {
  const auto report = nlohmann::json::parse(to_json(Scores{}));
  EXPECT_TRUE(report["overall"].is_null());
  EXPECT_TRUE(report["slices"].empty());
}

}  // namespace
}  // namespace dircn
