#include "dircn/score/scores.h"

#include <gtest/gtest.h>

#include <initializer_list>

namespace dircn::scores_test {
namespace {

Scores scores_of(std::initializer_list<double> ssim) {
  Scores scores;
  for (const double value : ssim) {
    scores.slices.push_back(
        {0, static_cast<int64_t>(scores.slices.size()), {{kSsim, Metric{value}}}});
  }
  return scores;
}

TEST(WorstSlices, ComeFirst) {
  const auto scores = scores_of({0.9, 0.7, 0.8, 0.6});
  const auto worst = worst_slices(scores, 3);
  ASSERT_EQ(worst.size(), 3U);
  EXPECT_EQ(worst[0].slice, 3);
  EXPECT_EQ(worst[1].slice, 1);
  EXPECT_EQ(worst[2].slice, 2);
  EXPECT_EQ(worst_slices(scores, 9).size(), 4U);
}

TEST(WorstSlices, AreHighWhereLowIsBetter) {
  Scores scores;
  scores.rule.metrics = {kNmse};
  scores.slices = {{0, 0, {{kNmse, Metric{0.1}}}}, {0, 1, {{kNmse, Metric{0.3}}}}};
  EXPECT_EQ(worst_slices(scores, 1).front().slice, 1);
}

TEST(MedianSlice, IsTheLowerOneOfTwo) {
  EXPECT_EQ(median_slice(scores_of({0.9, 0.7, 0.8, 0.6}))->slice, 1);
  EXPECT_EQ(median_slice(scores_of({0.9, 0.7, 0.8}))->slice, 2);
  EXPECT_EQ(median_slice(scores_of({0.9}))->slice, 0);
}

TEST(WorstAndMedianSlice, PassOverSlicesWithoutScore) {
  auto scores = scores_of({0.9});
  scores.slices.push_back({0, 1, {}});
  EXPECT_EQ(worst_slices(scores, 3).size(), 1U);
  EXPECT_EQ(median_slice(scores)->slice, 0);
  EXPECT_FALSE(median_slice(Scores{}).has_value());
}

}  // namespace
}  // namespace dircn::scores_test
