#include "dircn/score/score_formats.h"

#include <cstddef>
#include <initializer_list>
#include <optional>
#include <string>
#include <vector>

#include "dircn/core/text.h"

namespace dircn {
namespace {

std::string line(const std::vector<std::string>& cells) {
  std::string text;
  for (size_t i = 0; i < cells.size(); ++i) {
    text += (i == 0 ? "" : ",") + csv_field(cells[i]);
  }
  return text + "\r\n";
}

/// Empty for none.
std::string exact(const std::optional<double>& value) {
  return value ? shortest(*value) : "";
}

/// The first cells of a line, with that of a run where there are several.
std::vector<std::string> first_cells(const std::optional<std::string>& run,
                                     std::vector<std::string> cells) {
  if (run) {
    cells.insert(cells.begin(), *run);
  }
  return cells;
}

std::string header(const ScoreRule& rule, const std::optional<std::string>& run) {
  std::vector<std::string> cells = first_cells(run, {"volume", "slice", "acceleration"});
  for (const auto& name : rule.slice_metrics) {
    cells.push_back(name);
    cells.push_back(name + "_zero_filled");
  }
  for (const char* name : {"preset", "threshold", "data_range", "window", "crop"}) {
    cells.emplace_back(name);
  }
  return line(cells);
}

std::string row(const SliceScore& slice, const VolumeScore& volume, const ScoreRule& rule,
                const std::optional<std::string>& run) {
  std::vector<std::string> cells =
      first_cells(run, {volume.name, std::to_string(slice.slice),
                        volume.acceleration ? std::to_string(*volume.acceleration) : ""});
  for (const auto& name : rule.slice_metrics) {
    const Metric* metric = find_metric(slice.metrics, name);
    cells.push_back(metric != nullptr ? exact(metric->value) : "");
    cells.push_back(metric != nullptr ? exact(metric->zero_filled) : "");
  }
  for (const auto& cell : {to_string(rule.preset), exact(volume.threshold),
                           exact(volume.data_range), rule.window, rule.crop}) {
    cells.push_back(cell);
  }
  return line(cells);
}

std::string rows(const Scores& scores, const std::optional<std::string>& run) {
  std::string text;
  for (const auto& slice : scores.slices) {
    text += row(slice, scores.volumes[slice.volume], scores.rule, run);
  }
  return text;
}

}  // namespace

std::string to_csv(const Scores& scores) {
  return header(scores.rule, std::nullopt) + rows(scores, std::nullopt);
}

std::string to_csv(const std::vector<RunScores>& runs) {
  if (runs.size() == 1) {
    return to_csv(runs.front().scores);
  }
  std::string text = header(runs.front().scores.rule, "run");
  for (const auto& run : runs) {
    text += rows(run.scores, run.name);
  }
  return text;
}

}  // namespace dircn
