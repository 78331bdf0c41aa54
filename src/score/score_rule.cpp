#include "dircn/score/score_rule.h"

#include <filesystem>
#include <map>
#include <optional>
#include <sstream>
#include <string>

#include "score/rule/rules.h"

namespace dircn {
namespace {

constexpr const char* kKnee = "knee";

std::string short_text(double value) {
  std::ostringstream text;
  text << value;
  return text.str();
}

}  // namespace

ScoreRule score_rule(ScorePreset preset) {
  static const std::map<ScorePreset, ScoreRule (*)()> rules = {
      {ScorePreset::snu2022, snu2022_rule},
      {ScorePreset::snu2025, snu2025_rule},
      {ScorePreset::snu2026, snu2026_rule},
      {ScorePreset::fastmri, fastmri_rule}};
  ScoreRule rule = rules.at(preset)();
  rule.preset = preset;
  return rule;
}

const MetricFacts& ranking_metric(const ScoreRule& rule) {
  return metric_facts(rule.metrics.front());
}

std::optional<double> threshold_of(const ScoreRule& rule, const std::string& volume) {
  const std::string name = std::filesystem::path(volume).filename().string();
  return rule.knee_threshold && name.rfind(kKnee, 0) == 0 ? rule.knee_threshold : rule.threshold;
}

std::string threshold_text(const ScoreRule& rule) {
  if (!rule.threshold) {
    return "none";
  }
  const std::string text = short_text(*rule.threshold);
  return rule.knee_threshold
             ? text + " (" + short_text(*rule.knee_threshold) + " for files named knee*)"
             : text;
}

}  // namespace dircn
