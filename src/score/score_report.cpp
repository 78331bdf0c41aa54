#include "dircn/score/score_formats.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "dircn/core/text.h"
#include "dircn/core/text_table.h"
#include "dircn/score/scores.h"

namespace dircn {
namespace {

constexpr size_t kWorstShown = 3;

/// "-" for none.
std::string zero_filled_text(const Metric* metric) {
  return metric != nullptr && metric->zero_filled ? fixed(*metric->zero_filled, 4) : "-";
}

std::string with_deviation(const Metric* metric) {
  if (metric == nullptr) {
    return "-";
  }
  const std::string value = fixed(metric->value, 4);
  return metric->two_sd ? value + " ± " + fixed(*metric->two_sd, 4) : value;
}

/// A row's scores, one set for each run; null where a run has none.
using RowMetrics = std::vector<const Metrics*>;

void add_header(TextTable& table, const std::vector<RunScores>& runs, const std::string& first) {
  std::vector<std::string> cells = {first, "slices"};
  for (const auto& name : runs.front().scores.rule.metrics) {
    for (const auto& run : runs) {
      cells.push_back(metric_facts(name).title + (runs.size() > 1 ? " " + run.name : ""));
    }
    cells.emplace_back("zero-filled");
  }
  table.add(cells);
}

void add_row(TextTable& table, const ScoreRule& rule, const std::string& first, int64_t slices,
             const RowMetrics& metrics) {
  std::vector<std::string> cells = {first, std::to_string(slices)};
  for (const auto& name : rule.metrics) {
    const Metric* known = nullptr;
    for (const auto* of_run : metrics) {
      const Metric* metric = of_run == nullptr ? nullptr : find_metric(*of_run, name);
      cells.push_back(with_deviation(metric));
      known = known != nullptr ? known : metric;
    }
    cells.push_back(zero_filled_text(known));
  }
  table.add(cells);
}

/// A row for each name that any of the runs has.
template <typename Row>
void add_rows(TextTable& table, const std::vector<RunScores>& runs, const std::string& first,
              std::vector<Row> Scores::*list) {
  add_header(table, runs, first);
  for (const auto& row : rows_by_name(runs, list)) {
    const Row& known = any_row(row);
    add_row(table, runs.front().scores.rule, known.name, known.slices, metrics_of(row));
  }
}

std::string table_text(const std::vector<RunScores>& runs) {
  TextTable table;
  add_rows(table, runs, "volume", &Scores::volumes);
  add_rows(table, runs, "folder", &Scores::folders);
  add_rows(table, runs, "acceleration", &Scores::accelerations);
  RowMetrics overall;
  int64_t slices = 0;
  for (const auto& run : runs) {
    overall.push_back(run.scores.overall ? &run.scores.overall->metrics : nullptr);
    slices = std::max(slices, run.scores.overall ? run.scores.overall->slices : 0);
  }
  if (slices > 0) {
    add_row(table, runs.front().scores.rule, "overall", slices, overall);
  }
  return table.text();
}

std::string signed_digits(double value) {
  return (value < 0 ? "" : "+") + fixed(value, 4);
}

std::string comparison_text(const std::vector<RunScores>& runs, const Comparison& comparison) {
  TextTable table;
  const std::string title = ranking_metric(runs.front().scores.rule).title;
  table.add({"difference of " + title, "slices", "mean", "from", "to", "better", "worse", "equal"});
  bool over_slices = false;
  for (const auto& pair : comparison.differences) {
    over_slices = over_slices || !pair.over_volumes;
    table.add({runs[pair.run].name + " - " + runs.front().name + ", " + pair.group +
                   (pair.over_volumes ? "" : " *"),
               std::to_string(pair.slices), signed_digits(pair.difference),
               pair.interval ? signed_digits(pair.interval->low) : "-",
               pair.interval ? signed_digits(pair.interval->high) : "-",
               std::to_string(pair.better), std::to_string(pair.worse),
               std::to_string(pair.equal)});
  }
  std::string text = table.text();
  text += "from, to: " + std::to_string(std::lround(100 * comparison.bootstrap.confidence)) +
          " % interval, bootstrap over volumes (" + std::to_string(comparison.bootstrap.resamples) +
          " resamples)\n";
  if (over_slices) {
    text += "* a folder has one volume, so that slices were drawn: too narrow\n";
  }
  for (const auto& name : comparison.left_out) {
    text += "not compared, since not all have it: " + name + "\n";
  }
  return text;
}

std::string worst_text(const Scores& scores) {
  std::string text = "worst slices:\n";
  for (const auto& slice : worst_slices(scores, kWorstShown)) {
    const Metric& score = slice.metrics.at(ranking_metric(scores.rule).name);
    text += "  " + scores.volumes[slice.volume].name + " slice " + std::to_string(slice.slice) +
            ": " + fixed(score.value, 4) + " (zero-filled " + zero_filled_text(&score) + ")\n";
  }
  return text;
}

std::string counts(const Scores& scores) {
  std::string text = std::to_string(scores.volumes.size()) + " volumes scored";
  for (const auto& row : EnumNames<ScoreProblem::Kind>::kTable) {
    const auto count =
        std::count_if(scores.problems.begin(), scores.problems.end(),
                      [&](const ScoreProblem& problem) { return problem.kind == row.first; });
    text += ", " + std::to_string(count) + " " + row.second;
  }
  return text + "\n";
}

std::string rule_text(const ScoreRule& rule) {
  return to_string(rule.preset) + ": SSIM, window: " + rule.window +
         "; foreground threshold: " + threshold_text(rule) + "; data_range: " + rule.data_range +
         "; crop: " + rule.crop + "\n";
}

/// What is said of each run on its own.
std::string run_text(const Scores& scores) {
  std::string text = scores.slices.empty() ? "" : worst_text(scores);
  if (scores.times) {
    text += to_text(*scores.times);
  }
  return text + counts(scores);
}

}  // namespace

std::string to_text(const Scores& scores) {
  return to_text(std::vector<RunScores>{{"", scores}}, {});
}

std::string to_text(const std::vector<RunScores>& runs, const Comparison& comparison) {
  const ScoreRule& rule = runs.front().scores.rule;
  const bool any = std::any_of(runs.begin(), runs.end(),
                               [](const RunScores& run) { return !run.scores.slices.empty(); });
  std::string text = rule_text(rule);
  if (any) {
    text += table_text(runs);
    if (rule.over_volumes) {
      text += "means over volumes ± 2 standard deviations\n";
    }
  }
  for (const auto& run : runs) {
    text += (runs.size() > 1 ? run.name + ":\n" : "") + run_text(run.scores);
  }
  return text + (runs.size() > 1 ? comparison_text(runs, comparison) : "");
}

}  // namespace dircn
