#include "dircn/eval/score_report.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "dircn/core/text.h"
#include "dircn/eval/slice_times.h"
#include "dircn/eval/text_table.h"

namespace dircn {
namespace {

constexpr size_t kWorstShown = 3;

std::string title(const std::string& metric) {
  static const std::map<std::string, std::string> titles = {
      {kSsim, "SSIM"}, {kBoxSsim, "SSIM bbox"}, {kPsnr, "PSNR"}, {kNmse, "NMSE"}};
  return titles.at(metric);
}

/// "-" for none.
std::string zero_filled_text(const Metric& metric) {
  return metric.zero_filled ? four_digits(*metric.zero_filled) : "-";
}

std::string with_deviation(const Metric& metric) {
  const std::string value = four_digits(metric.value);
  return metric.two_sd ? value + " ± " + four_digits(*metric.two_sd) : value;
}

void add_header(TextTable& table, const ScoreRule& rule, const std::string& first) {
  std::vector<std::string> cells = {first, "slices"};
  for (const auto& name : rule.metrics) {
    cells.push_back(title(name));
    cells.emplace_back("zero-filled");
  }
  table.add(cells);
}

void add_row(TextTable& table, const ScoreRule& rule, const std::string& first, int64_t slices,
             const Metrics& metrics) {
  std::vector<std::string> cells = {first, std::to_string(slices)};
  for (const auto& name : rule.metrics) {
    const auto found = metrics.find(name);
    const bool known = found != metrics.end();
    cells.push_back(known ? with_deviation(found->second) : "-");
    cells.push_back(known ? zero_filled_text(found->second) : "-");
  }
  table.add(cells);
}

void add_groups(TextTable& table, const ScoreRule& rule, const std::string& first,
                const std::vector<GroupScore>& groups) {
  add_header(table, rule, first);
  for (const auto& group : groups) {
    add_row(table, rule, group.name, group.slices, group.metrics);
  }
}

std::string table_text(const Scores& scores) {
  TextTable table;
  add_header(table, scores.rule, "volume");
  for (const auto& volume : scores.volumes) {
    add_row(table, scores.rule, volume.name, volume.slices, volume.metrics);
  }
  add_groups(table, scores.rule, "folder", scores.folders);
  add_groups(table, scores.rule, "acceleration", scores.accelerations);
  if (scores.overall) {
    add_row(table, scores.rule, "overall", scores.overall->slices, scores.overall->metrics);
  }
  return table.text();
}

std::string worst_text(const Scores& scores) {
  std::string text = "worst slices:\n";
  for (const auto& slice : worst_slices(scores, kWorstShown)) {
    const Metric& ssim = slice.metrics.at(kSsim);
    text += "  " + scores.volumes[slice.volume].name + " slice " + std::to_string(slice.slice) +
            ": " + four_digits(ssim.value) + " (zero-filled " + zero_filled_text(ssim) + ")\n";
  }
  return text;
}

std::string counts(const Scores& scores) {
  const auto count = [&](ScoreProblem::Kind kind) {
    return std::to_string(
        std::count_if(scores.problems.begin(), scores.problems.end(),
                      [&](const ScoreProblem& problem) { return problem.kind == kind; }));
  };
  return std::to_string(scores.volumes.size()) + " volumes scored, " +
         count(ScoreProblem::Kind::kMissing) + " missing, " + count(ScoreProblem::Kind::kExtra) +
         " extra, " + count(ScoreProblem::Kind::kUnusable) + " unusable\n";
}

}  // namespace

std::string to_text(const Scores& scores) {
  const ScoreRule& rule = scores.rule;
  std::string text = to_string(rule.preset) + ": SSIM, window: " + rule.window +
                     "; foreground threshold: " + threshold_text(rule) +
                     "; data_range: " + rule.data_range + "; crop: " + rule.crop + "\n";
  if (!scores.slices.empty()) {
    text += table_text(scores) + worst_text(scores);
    if (rule.preset == ScorePreset::fastmri) {
      text += "means over volumes ± 2 standard deviations\n";
    }
  }
  if (scores.times) {
    text += to_text(*scores.times);
  }
  return text + counts(scores);
}

}  // namespace dircn
