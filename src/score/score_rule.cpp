#include "dircn/score/score_rule.h"

#include <filesystem>
#include <optional>
#include <string>

#include "dircn/core/text.h"
#include "dircn/mri/slice_ssim.h"

namespace dircn {
namespace {

constexpr double kLowThreshold = 2e-5;
constexpr const char* kKnee = "knee";

}  // namespace

ScoreRule score_rule(ScorePreset preset) {
  ScoreRule rule;
  rule.preset = preset;
  rule.window = "uniform 7x7, valid positions";
  rule.slice_metrics = {kSsim};
  if (preset == ScorePreset::fastmri) {
    rule.data_range = "maximum of the target volume within the crop";
    rule.crop = "centre square, its edge the target's shorter side";
    rule.metrics = {kSsim, kPsnr, kNmse};
    return rule;
  }
  rule.data_range = "attribute max of the target's file";
  rule.crop = "none, the target's size";
  rule.threshold = preset == ScorePreset::snu2026 ? kLowThreshold : kForegroundThreshold;
  if (preset == ScorePreset::snu2025) {
    rule.knee_threshold = kLowThreshold;
  }
  if (preset == ScorePreset::snu2026) {
    rule.slice_metrics.emplace_back(kBoxSsim);
  }
  rule.metrics = rule.slice_metrics;
  return rule;
}

std::optional<double> threshold_of(const ScoreRule& rule, const std::string& volume) {
  const std::string name = std::filesystem::path(volume).filename().string();
  return rule.knee_threshold && name.rfind(kKnee, 0) == 0 ? rule.knee_threshold : rule.threshold;
}

std::string threshold_text(const ScoreRule& rule) {
  if (!rule.threshold) {
    return "none";
  }
  const std::string text = significant(*rule.threshold, 6);
  return rule.knee_threshold
             ? text + " (" + significant(*rule.knee_threshold, 6) + " for files named knee*)"
             : text;
}

}  // namespace dircn
