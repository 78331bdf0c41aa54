#pragma once

#include <optional>
#include <vector>

#include "dircn/score/paired_scores.h"
#include "dircn/score/scores.h"

namespace dircn::testing {

inline Metrics ssim(double value, std::optional<double> zero_filled = std::nullopt) {
  return {{kSsim, Metric{value, zero_filled}}};
}

/// Two volumes in two folders; the second one has no zero-filled images.
inline Scores two_volumes() {
  Scores scores;
  scores.volumes = {{"acc4/a.h5", 0, 3, 4, 1e-3, 5e-5, ssim(0.8, 0.5)},
                    {"acc8/bb.h5", 1, 1, 8, 2e-3, 5e-5, ssim(0.25)}};
  scores.folders = {{"acc4", 4, 1, 3, ssim(0.8, 0.5)}, {"acc8", 8, 1, 1, ssim(0.25)}};
  scores.accelerations = {{"x4", 4, 1, 3, ssim(0.8, 0.5)}, {"x8", 8, 1, 1, ssim(0.25)}};
  scores.slices = {{0, 0, ssim(0.7, 0.4)},
                   {0, 1, ssim(0.9, 0.6)},
                   {0, 2, ssim(0.81234567, 0.5)},
                   {1, 0, ssim(0.25)}};
  scores.overall = GroupScore{"overall", std::nullopt, 2, 4, ssim(0.525)};
  scores.problems = {{ScoreProblem::Kind::kMissing, "acc4/m.h5 has no reconstruction"},
                     {ScoreProblem::Kind::kUnusable, "acc4/u\xff.h5 was not scored"}};
  return scores;
}

/// One volume by the rule of 2026: a slice with a scored and a skipped box, and a skipped slice.
inline Scores with_boxes() {
  Scores scores;
  scores.rule = score_rule(ScorePreset::snu2026);
  const Metrics metrics = {{kSsim, Metric{0.9}}, {kBoxSsim, Metric{0.6}}};
  scores.volumes = {{"a.h5", 0, 2, std::nullopt, 1e-3, 2e-5, metrics}};
  scores.folders = {{".", std::nullopt, 1, 2, metrics}};
  scores.accelerations = {{"-", std::nullopt, 1, 2, metrics}};
  scores.slices = {
      {0, 0, metrics, {{{1, 2, 30, 40, "cyst"}, Metric{0.6}}, {{0, 0, 3, 3, ""}, std::nullopt}}},
      {0, 1, {}}};
  scores.overall = GroupScore{"overall", std::nullopt, 1, 2, metrics};
  return scores;
}

/// Two volumes of fastMRI.
inline Scores with_deviations() {
  Scores scores;
  scores.rule = score_rule(ScorePreset::fastmri);
  const auto metrics = [](std::optional<double> two_sd) {
    return Metrics{{kSsim, Metric{0.9123, 0.7, two_sd}},
                   {kPsnr, Metric{31.25, 20.5, two_sd}},
                   {kNmse, Metric{0.0125, 0.25, two_sd}}};
  };
  for (const char* name : {"a.h5", "b.h5"}) {
    scores.volumes.push_back(
        {name, scores.volumes.size(), 1, 4, 1e-3, std::nullopt, metrics(std::nullopt)});
  }
  scores.folders = {{".", 4, 2, 2, metrics(0.0456)}};
  scores.accelerations = {{"x4", 4, 1, 1, metrics(std::nullopt)}};
  scores.slices = {{0, 0, ssim(0.9, 0.7)}, {1, 0, ssim(0.92, 0.7)}};
  scores.overall = GroupScore{"overall", 4, 2, 2, metrics(0.0456)};
  return scores;
}

/// Those two volumes by two runs, of which the second is better by 0.05, but lacks the last volume.
inline std::vector<RunScores> two_runs() {
  Scores second = two_volumes();
  second.volumes.pop_back();
  second.slices.pop_back();
  second.folders.pop_back();
  second.accelerations.pop_back();
  for (auto& slice : second.slices) {
    slice.metrics.at(kSsim).value += 0.05;
  }
  second.volumes[0].metrics.at(kSsim).value += 0.05;
  second.folders[0].metrics.at(kSsim).value += 0.05;
  second.accelerations[0].metrics.at(kSsim).value += 0.05;
  second.overall = GroupScore{"overall", std::nullopt, 1, 3, ssim(0.85, 0.5)};
  second.problems.clear();
  return {{"one", two_volumes()}, {"other", second}};
}

}  // namespace dircn::testing
