#include "dircn/score/score_rule.h"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <vector>

#include "dircn/core/error.h"

namespace dircn::score_rule_test {
namespace {

TEST(ScoreRule, HasTheThresholdOfItsYear) {
  EXPECT_EQ(threshold_of(score_rule(ScorePreset::snu2022), "acc4/knee1.h5"), 5e-5);
  EXPECT_EQ(threshold_of(score_rule(ScorePreset::snu2026), "acc4/brain1.h5"), 2e-5);
  EXPECT_FALSE(threshold_of(score_rule(ScorePreset::fastmri), "knee1.h5").has_value());
}

TEST(ScoreRule, TellsKneesByTheNameOfTheFile) {
  const auto rule = score_rule(ScorePreset::snu2025);
  EXPECT_EQ(threshold_of(rule, "acc4/knee_test_1.h5"), 2e-5);
  EXPECT_EQ(threshold_of(rule, "knee.h5"), 2e-5);
  EXPECT_EQ(threshold_of(rule, "acc4/brain_test_1.h5"), 5e-5);
  EXPECT_EQ(threshold_of(rule, "knees/brain.h5"), 5e-5);
  EXPECT_EQ(threshold_of(rule, "acc4/my_knee.h5"), 5e-5);
}

TEST(ScoreRule, SaysItsThresholds) {
  EXPECT_EQ(threshold_text(score_rule(ScorePreset::snu2022)), "5e-05");
  EXPECT_EQ(threshold_text(score_rule(ScorePreset::snu2025)),
            "5e-05 (2e-05 for files named knee*)");
  EXPECT_EQ(threshold_text(score_rule(ScorePreset::fastmri)), "none");
}

TEST(ScoreRule, NamesItsScores) {
  EXPECT_EQ(score_rule(ScorePreset::snu2025).metrics, std::vector<std::string>{"ssim"});
  EXPECT_EQ(score_rule(ScorePreset::snu2026).metrics,
            (std::vector<std::string>{"ssim", "ssim_bbox"}));
  EXPECT_EQ(score_rule(ScorePreset::fastmri).metrics,
            (std::vector<std::string>{"ssim", "psnr", "nmse"}));
  EXPECT_EQ(score_rule(ScorePreset::fastmri).slice_metrics, std::vector<std::string>{"ssim"});
}

TEST(ScoreRule, HasARowForEachOfItsScoresAndForEachPreset) {
  for (const auto& [preset, name] : EnumNames<ScorePreset>::kTable) {
    const ScoreRule rule = score_rule(preset);
    EXPECT_EQ(rule.preset, preset) << name;
    EXPECT_EQ(rule.range_of == nullptr, preset != ScorePreset::fastmri) << name;
    EXPECT_NE(rule.score_slice, nullptr) << name;
    EXPECT_STREQ(ranking_metric(rule).title, "SSIM") << name;
    bool over_boxes = false;
    for (const auto& metric : rule.metrics) {
      over_boxes = metric_facts(metric).over_boxes || over_boxes;
    }
    EXPECT_EQ(over_boxes, rule.boxes) << name;
  }
  EXPECT_THROW(metric_facts("lpips"), std::out_of_range);
  EXPECT_FALSE(metric_facts("nmse").high_is_better);
}

TEST(ScoreRule, GoesByTheNamesOfPresets) {
  for (const char* name : {"snu2022", "snu2025", "snu2026", "fastmri"}) {
    EXPECT_EQ(to_string(enum_value<ScorePreset>(name, "--preset")), name);
  }
  EXPECT_THROW(enum_value<ScorePreset>("snu2023", "--preset"), Error);
}

}  // namespace
}  // namespace dircn::score_rule_test
