#include "dircn/score/paired_scores.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "dircn/score/score_rule.h"
#include "score/sample_scores.h"
#include "score/score_groups.h"

namespace dircn::paired_scores_test {
namespace {

using Volumes = std::vector<std::pair<std::string, std::vector<double>>>;

/// Scores of these volumes' slices, with their groups.
RunScores run(const std::string& name, const Volumes& volumes,
              ScorePreset preset = ScorePreset::snu2022) {
  Scores scores;
  scores.rule = score_rule(preset);
  for (const auto& [volume, slices] : volumes) {
    double sum = 0;
    for (size_t i = 0; i < slices.size(); ++i) {
      scores.slices.push_back(
          {scores.volumes.size(), static_cast<int64_t>(i), testing::ssim(slices[i])});
      sum += slices[i];
    }
    VolumeScore score;
    score.name = volume;
    score.slices = static_cast<int64_t>(slices.size());
    score.acceleration = folder_acceleration(volume);
    score.metrics = testing::ssim(sum / static_cast<double>(slices.size()));
    scores.volumes.push_back(score);
  }
  add_groups(scores);
  return {name, scores};
}

const Volumes kFirst = {{"acc4/a.h5", {0.8, 0.7, 0.9}},
                        {"acc4/b.h5", {0.6}},
                        {"acc8/a.h5", {0.5, 0.4}},
                        {"acc8/b.h5", {0.3, 0.2}}};
const Volumes kSecond = {{"acc4/a.h5", {0.9, 0.65, 0.9}},
                         {"acc4/b.h5", {0.7}},
                         {"acc8/a.h5", {0.6, 0.41}},
                         {"acc8/b.h5", {0.3, 0.25}}};

const PairedDifference& group(const Comparison& comparison, const std::string& name) {
  for (const auto& difference : comparison.differences) {
    if (difference.group == name) {
      return difference;
    }
  }
  throw std::out_of_range(name);
}

double overall(const RunScores& scores) {
  return scores.scores.overall->metrics.at(kSsim).value;
}

TEST(PairedScores, AreTheDifferencesOfTheTables) {
  for (const ScorePreset preset : {ScorePreset::snu2022, ScorePreset::fastmri}) {
    const auto first = run("a", kFirst, preset);
    const auto second = run("b", kSecond, preset);
    const Comparison comparison = compare({first, second});
    EXPECT_NEAR(group(comparison, "overall").difference, overall(second) - overall(first), 1e-12);
    for (size_t i = 0; i < 2; ++i) {
      const auto& folder = first.scores.folders[i];
      EXPECT_NEAR(group(comparison, folder.name).difference,
                  second.scores.folders[i].metrics.at(kSsim).value - folder.metrics.at(kSsim).value,
                  1e-12);
    }
    EXPECT_TRUE(comparison.left_out.empty());
  }
}

TEST(PairedScores, CountWhoWinsWhere) {
  const Comparison comparison = compare({run("a", kFirst), run("b", kSecond)});
  const auto& all = group(comparison, "overall");
  EXPECT_EQ(all.run, 1U);
  EXPECT_EQ(all.slices, 8);
  EXPECT_EQ(all.volumes, 4);
  EXPECT_EQ(all.better, 5);
  EXPECT_EQ(all.worse, 1);
  EXPECT_EQ(all.equal, 2);
  EXPECT_TRUE(all.over_volumes);
  EXPECT_EQ(group(comparison, "acc4").better, 2);
  EXPECT_EQ(comparison.differences.size(), 3U);  // accelerations are the folders again
}

TEST(PairedScores, AreWonByTheLowerOneWhereLowIsBetter) {
  const auto as_nmse = [](RunScores scores) {
    scores.scores.rule.metrics = {kNmse};
    for (auto& slice : scores.scores.slices) {
      slice.metrics = {{kNmse, slice.metrics.at(kSsim)}};
    }
    return scores;
  };
  const Comparison comparison = compare({as_nmse(run("a", kFirst)), as_nmse(run("b", kSecond))});
  const auto& all = group(comparison, "overall");
  EXPECT_GT(all.difference, 0);
  EXPECT_EQ(all.better, 1);
  EXPECT_EQ(all.worse, 5);
}

TEST(PairedScores, HaveAnIntervalAroundTheDifference) {
  const Comparison comparison = compare({run("a", kFirst), run("b", kSecond)});
  for (const auto& difference : comparison.differences) {
    EXPECT_LT(difference.interval->low, difference.difference) << difference.group;
    EXPECT_GT(difference.interval->high, difference.difference) << difference.group;
  }
}

TEST(PairedScores, DrawSlicesWhereThereIsOneVolume) {
  const Comparison comparison =
      compare({run("a", {{"a.h5", {0.5, 0.6, 0.7}}}), run("b", {{"a.h5", {0.6, 0.6, 0.9}}})});
  ASSERT_EQ(comparison.differences.size(), 1U);
  EXPECT_FALSE(comparison.differences[0].over_volumes);
  EXPECT_NEAR(comparison.differences[0].difference, 0.1, 1e-12);
  EXPECT_LT(comparison.differences[0].interval->low, comparison.differences[0].interval->high);
}

TEST(PairedScores, SayNothingOfASingleSlice) {
  const Comparison comparison = compare({run("a", {{"a.h5", {0.5}}}), run("b", {{"a.h5", {0.6}}})});
  EXPECT_NEAR(comparison.differences.at(0).difference, 0.1, 1e-12);
  EXPECT_FALSE(comparison.differences.at(0).interval.has_value());
}

TEST(PairedScores, CompareEachWithTheFirst) {
  const Comparison comparison = compare({run("a", kFirst), run("b", kSecond), run("c", kFirst)});
  const auto& last = comparison.differences.back();
  EXPECT_EQ(last.run, 2U);
  EXPECT_EQ(last.group, "overall");
  EXPECT_EQ(last.difference, 0);
  EXPECT_EQ(last.equal, 8);
  EXPECT_EQ(last.interval->low, 0);
}

TEST(PairedScores, NameVolumesThatNotAllHave) {
  Volumes fewer = kSecond;
  fewer.pop_back();
  const Comparison comparison = compare({run("a", kFirst), run("b", fewer)});
  EXPECT_EQ(comparison.left_out, std::vector<std::string>{"acc8/b.h5"});
  EXPECT_EQ(group(comparison, "overall").slices, 6);
  // All runs are compared on the same slices.
  const Comparison three = compare({run("a", kFirst), run("b", kSecond), run("c", fewer)});
  EXPECT_EQ(group(three, "overall").slices, 6);
  EXPECT_EQ(three.differences.back().slices, 6);
  EXPECT_TRUE(compare({run("a", kFirst), run("b", {{"z.h5", {0.1}}})}).differences.empty());
  EXPECT_TRUE(compare({run("a", kFirst)}).differences.empty());
}

}  // namespace
}  // namespace dircn::paired_scores_test
