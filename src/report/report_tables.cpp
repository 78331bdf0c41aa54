#include "report/report_tables.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "dircn/score/score_rule.h"
#include "dircn/score/scores.h"

namespace dircn::detail {
namespace {

template <typename T>
Json or_null(const std::optional<T>& value) {
  return value ? Json(*value) : Json(nullptr);
}

Json metrics_json(const ScoreRule& rule) {
  Json list = Json::array();
  for (const auto& name : rule.metrics) {
    const MetricFacts& facts = metric_facts(name);
    list.push_back({{"key", name},
                    {"title", facts.title},
                    {"unit", facts.unit},
                    {"digits", facts.digits},
                    {"better", facts.high_is_better ? "high" : "low"}});
  }
  return list;
}

Json rule_json(const ScoreRule& rule) {
  return {{"preset", to_string(rule.preset)},
          {"facts", Json::array({Json::array({"SSIM window", rule.window}),
                                 Json::array({"Foreground threshold", threshold_text(rule)}),
                                 Json::array({"Data range", rule.data_range}),
                                 Json::array({"Crop", rule.crop})})}};
}

/// An infinite PSNR has no number in JSON.
Json score_json(const Metric* metric) {
  if (metric == nullptr || !std::isfinite(metric->value)) {
    return nullptr;
  }
  return {{"value", metric->value}, {"two_sd", or_null(metric->two_sd)}};
}

/// {ssim: {zero_filled, runs[]}, ...} of a row; null stands for a run without it.
Json scores_json(const ScoreRule& rule, const std::vector<const Metrics*>& row) {
  Json scores = Json::object();
  for (const auto& name : rule.metrics) {
    Json runs = Json::array();
    Json zero_filled = nullptr;
    for (const auto* metrics : row) {
      const Metric* metric = metrics == nullptr ? nullptr : find_metric(*metrics, name);
      runs.push_back(score_json(metric));
      if (zero_filled.is_null() && metric != nullptr && metric->zero_filled) {
        zero_filled = {{"value", *metric->zero_filled}, {"two_sd", nullptr}};
      }
    }
    scores[name] = {{"zero_filled", std::move(zero_filled)}, {"runs", std::move(runs)}};
  }
  return scores;
}

Json group_json(const ScoreRule& rule, const char* kind,
                const std::vector<const GroupScore*>& row) {
  const GroupScore& group = any_row(row);
  return {{"kind", kind},
          {"name", group.name},
          {"volumes", group.volumes},
          {"slices", group.slices},
          {"scores", scores_json(rule, metrics_of(row))}};
}

Json groups_json(const std::vector<RunScores>& runs) {
  const ScoreRule& rule = runs.front().scores.rule;
  Json list = Json::array();
  std::vector<const GroupScore*> overall;
  overall.reserve(runs.size());
  for (const auto& run : runs) {
    overall.push_back(run.scores.overall ? &*run.scores.overall : nullptr);
  }
  if (std::any_of(overall.begin(), overall.end(),
                  [](const auto* group) { return group != nullptr; })) {
    list.push_back(group_json(rule, "overall", overall));
  }
  for (const auto& row : rows_by_name(runs, &Scores::folders)) {
    list.push_back(group_json(rule, "folder", row));
  }
  for (const auto& row : rows_by_name(runs, &Scores::accelerations)) {
    list.push_back(group_json(rule, "acceleration", row));
  }
  return list;
}

Json volumes_json(const std::vector<RunScores>& runs) {
  Json list = Json::array();
  for (const auto& row : rows_by_name(runs, &Scores::volumes)) {
    const VolumeScore& volume = any_row(row);
    list.push_back({{"name", volume.name},
                    {"slices", volume.slices},
                    {"acceleration", or_null(volume.acceleration)},
                    {"scores", scores_json(runs.front().scores.rule, metrics_of(row))}});
  }
  return list;
}

/// One slice of all runs.
struct SliceRow {
  std::vector<std::optional<double>> runs;
  std::optional<double> zero_filled;
  std::optional<double> input_distance;
};

/// By (place of the volume in the table, slice).
std::map<std::pair<size_t, int64_t>, SliceRow> slice_rows(const std::vector<RunScores>& runs) {
  std::map<std::string, size_t> places;
  for (const auto& row : rows_by_name(runs, &Scores::volumes)) {
    places.emplace(any_row(row).name, places.size());
  }
  std::map<std::pair<size_t, int64_t>, SliceRow> rows;
  for (size_t run = 0; run < runs.size(); ++run) {
    const Scores& scores = runs[run].scores;
    for (const auto& slice : scores.slices) {
      auto& row = rows[{places.at(scores.volumes[slice.volume].name), slice.slice}];
      row.runs.resize(runs.size());
      if (const Metric* score = find_metric(slice.metrics, ranking_metric(scores.rule).name)) {
        row.runs[run] = score->value;
        row.zero_filled = row.zero_filled ? row.zero_filled : score->zero_filled;
      }
      row.input_distance = row.input_distance ? row.input_distance : slice.input_distance;
    }
  }
  return rows;
}

Json slices_json(const std::vector<RunScores>& runs) {
  Json columns{{"volume", Json::array()},
               {"slice", Json::array()},
               {"runs", Json::array()},
               {"zero_filled", Json::array()},
               {"gt_ssim", Json::array()}};
  for (size_t run = 0; run < runs.size(); ++run) {
    columns["runs"].push_back(Json::array());
  }
  for (const auto& [place, row] : slice_rows(runs)) {
    columns["volume"].push_back(place.first);
    columns["slice"].push_back(place.second);
    for (size_t run = 0; run < runs.size(); ++run) {
      columns["runs"][run].push_back(or_null(row.runs[run]));
    }
    columns["zero_filled"].push_back(or_null(row.zero_filled));
    columns["gt_ssim"].push_back(or_null(row.input_distance));
  }
  return columns;
}

Json comparison_json(const Comparison& comparison) {
  if (comparison.differences.empty()) {
    return nullptr;
  }
  Json rows = Json::array();
  for (const auto& pair : comparison.differences) {
    rows.push_back({{"run", pair.run},
                    {"against", 0},
                    {"group", pair.group},
                    {"unit", pair.over_volumes ? "volumes" : "slices"},
                    {"volumes", pair.volumes},
                    {"slices", pair.slices},
                    {"difference", pair.difference},
                    {"low", pair.interval ? Json(pair.interval->low) : Json(nullptr)},
                    {"high", pair.interval ? Json(pair.interval->high) : Json(nullptr)},
                    {"better", pair.better},
                    {"worse", pair.worse},
                    {"equal", pair.equal}});
  }
  return {{"confidence", comparison.bootstrap.confidence},
          {"resamples", comparison.bootstrap.resamples},
          {"unit", comparison.differences.back().over_volumes ? "volumes" : "slices"},
          {"rows", std::move(rows)}};
}

/// Each problem once, with the name of its run where there are several.
Json problems_json(const std::vector<RunScores>& runs, const Comparison& comparison) {
  Json list = Json::array();
  for (const auto& run : runs) {
    for (const auto& problem : run.scores.problems) {
      list.push_back((runs.size() > 1 ? run.name + ": " : "") + problem.text);
    }
  }
  for (const auto& name : comparison.left_out) {
    list.push_back(name + " is not compared, since not all of the runs have it");
  }
  return list;
}

}  // namespace

Json report_tables(const std::vector<RunScores>& runs, const Comparison& comparison) {
  const ScoreRule& rule = runs.front().scores.rule;
  return {{"rule", rule_json(rule)},
          {"metrics", metrics_json(rule)},
          {"groups", groups_json(runs)},
          {"volumes", volumes_json(runs)},
          {"slices", slices_json(runs)},
          {"comparison", comparison_json(comparison)},
          {"problems", problems_json(runs, comparison)}};
}

}  // namespace dircn::detail
