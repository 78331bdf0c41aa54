#include "score/score_groups.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "score/sample_scores.h"

namespace dircn::score_groups_test {
namespace {

TEST(Folder, IsTheOneCalledAccN) {
  EXPECT_EQ(folder_of("leaderboard/acc4/a.h5"), "leaderboard/acc4");
  EXPECT_EQ(folder_of("acc12/sub/a.h5"), "acc12");
  EXPECT_EQ(folder_of("accuracy/acc/acc4.h5"), ".");
  EXPECT_EQ(folder_acceleration("leaderboard/acc9/a.h5"), 9);
  EXPECT_FALSE(folder_acceleration("a.h5").has_value());
  EXPECT_FALSE(folder_acceleration("acc99999999999999999999/a.h5").has_value());
}

TEST(Mean, ClaimsNoZeroFilledPartOfTheWhole) {
  EXPECT_FALSE(mean({}).has_value());
  const auto all = mean({Metric{1, 0.5}, Metric{2, 0.7}});
  EXPECT_DOUBLE_EQ(all->value, 1.5);
  EXPECT_DOUBLE_EQ(all->zero_filled.value(), 0.6);
  EXPECT_FALSE(mean({Metric{1, 0.5}, Metric{2}, Metric{3, 0.5}})->zero_filled.has_value());
}

/// Volumes of fastMRI with these PSNRs, each with a slice, of alternating acceleration.
Scores fastmri_scores(const std::vector<double>& values) {
  Scores scores;
  scores.rule = score_rule(ScorePreset::fastmri);
  for (const double value : values) {
    const size_t index = scores.volumes.size();
    VolumeScore volume;
    volume.name = std::to_string(index) + ".h5";
    volume.slices = 1;
    volume.acceleration = index % 2 == 0 ? 4 : 8;
    volume.metrics = {{kPsnr, Metric{value, value / 2}}};
    scores.volumes.push_back(volume);
    scores.slices.push_back({index, 0, {}});
  }
  add_groups(scores);
  return scores;
}

TEST(Groups, AreMeansOverVolumesWithTwoStandardDeviations) {
  const auto scores = fastmri_scores({30, 33, 36, 41});
  const Metric overall = scores.overall->metrics.at(kPsnr);
  EXPECT_DOUBLE_EQ(overall.value, 35);
  EXPECT_DOUBLE_EQ(overall.zero_filled.value(), 17.5);
  EXPECT_DOUBLE_EQ(overall.two_sd.value(), 2 * std::sqrt((25 + 4 + 1 + 36) / 3.0));
  ASSERT_EQ(scores.accelerations.size(), 2U);
  EXPECT_EQ(scores.accelerations[0].acceleration, 4);
  EXPECT_DOUBLE_EQ(scores.accelerations[0].metrics.at(kPsnr).value, 33);
  EXPECT_DOUBLE_EQ(scores.accelerations[0].metrics.at(kPsnr).two_sd.value(), 2 * std::sqrt(18));
  EXPECT_DOUBLE_EQ(scores.accelerations[1].metrics.at(kPsnr).value, 37);
  EXPECT_FALSE(scores.overall->acceleration.has_value());
}

TEST(Groups, HaveNoDeviationWithAnInfiniteScore) {
  const auto scores = fastmri_scores({30, 40, 36, std::numeric_limits<double>::infinity()});
  const Metric overall = scores.overall->metrics.at(kPsnr);
  EXPECT_TRUE(std::isinf(overall.value));
  EXPECT_FALSE(overall.two_sd.has_value());
  EXPECT_TRUE(scores.accelerations[0].metrics.at(kPsnr).two_sd.has_value());
}

TEST(Groups, HaveNoDeviationOfOneVolumeOrOfPooledSlices) {
  EXPECT_FALSE(fastmri_scores({30}).overall->metrics.at(kPsnr).two_sd.has_value());
  auto pooled = testing::two_volumes();
  pooled.folders.clear();
  pooled.accelerations.clear();
  add_groups(pooled);
  EXPECT_FALSE(pooled.overall->metrics.at(kSsim).two_sd.has_value());
  EXPECT_NEAR(pooled.overall->metrics.at(kSsim).value, ((0.7 + 0.9 + 0.81234567) / 3 + 0.25) / 2,
              1e-12);
}

}  // namespace
}  // namespace dircn::score_groups_test
