#include "dircn/score/score_formats.h"

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace dircn {
namespace {

using Json = nlohmann::ordered_json;

template <typename T>
Json or_null(const std::optional<T>& value) {
  return value ? Json(*value) : Json(nullptr);
}

/// The object with NAME, NAME_zero_filled and, of a mean that has it, NAME_two_sd.
Json with_metric(Json object, const std::string& name, const Metric* metric) {
  object[name] = metric != nullptr ? Json(metric->value) : Json(nullptr);
  object[name + "_zero_filled"] = metric != nullptr ? or_null(metric->zero_filled) : Json(nullptr);
  if (metric != nullptr && metric->two_sd) {
    object[name + "_two_sd"] = *metric->two_sd;
  }
  return object;
}

Json with_metrics(Json object, const std::vector<std::string>& names, const Metrics& metrics) {
  for (const auto& name : names) {
    object = with_metric(std::move(object), name, find_metric(metrics, name));
  }
  return object;
}

/// A mean over volumes; one volume alone has no deviation, which is then null.
Json with_means(Json object, const ScoreRule& rule, const Metrics& metrics) {
  for (const auto& name : rule.metrics) {
    object = with_metric(std::move(object), name, find_metric(metrics, name));
    const std::string deviation = name + "_two_sd";
    if (rule.over_volumes && !object.contains(deviation)) {
      object[deviation] = nullptr;
    }
  }
  return object;
}

/// Each with its `value_of` as `key`.
template <typename ValueOf>
Json groups_json(const std::vector<GroupScore>& groups, const ScoreRule& rule, const char* key,
                 const ValueOf& value_of) {
  Json list = Json::array();
  for (const auto& group : groups) {
    Json object{{key, value_of(group)}, {"volumes", group.volumes}, {"slices", group.slices}};
    list.push_back(with_means(std::move(object), rule, group.metrics));
  }
  return list;
}

Json volumes_json(const Scores& scores) {
  Json list = Json::array();
  for (const auto& volume : scores.volumes) {
    list.push_back(with_metrics({{"name", volume.name},
                                 {"slices", volume.slices},
                                 {"acceleration", or_null(volume.acceleration)},
                                 {"threshold", or_null(volume.threshold)},
                                 {"data_range", volume.data_range}},
                                scores.rule.metrics, volume.metrics));
  }
  return list;
}

Json boxes_json(const std::vector<BoxScore>& boxes) {
  Json list = Json::array();
  for (const auto& [box, ssim] : boxes) {
    list.push_back(with_metric({{"x", box.x},
                                {"y", box.y},
                                {"width", box.width},
                                {"height", box.height},
                                {"label", box.label}},
                               kSsim, ssim ? &*ssim : nullptr));
  }
  return list;
}

Json slices_json(const Scores& scores) {
  Json list = Json::array();
  for (const auto& slice : scores.slices) {
    Json object =
        with_metrics({{"volume", scores.volumes[slice.volume].name}, {"slice", slice.slice}},
                     scores.rule.slice_metrics, slice.metrics);
    object["gtSSIM"] = or_null(slice.input_distance);
    if (scores.rule.boxes) {
      object["boxes"] = boxes_json(slice.boxes);
    }
    list.push_back(std::move(object));
  }
  return list;
}

Json time_json(const std::optional<SliceTimes>& times) {
  if (!times || times->milliseconds.empty()) {
    return nullptr;
  }
  return {{"ms_per_slice", mean_time(*times)},
          {"median_ms", median_time(*times)},
          {"slices", times->milliseconds.size()},
          {"device", times->device}};
}

Json problems_json(const std::vector<ScoreProblem>& problems) {
  Json list = Json::array();
  for (const auto& problem : problems) {
    list.push_back({{"kind", to_string(problem.kind)}, {"text", problem.text}});
  }
  return list;
}

Json scores_json(const Scores& scores) {
  const ScoreRule& rule = scores.rule;
  Json report{{"preset", to_string(rule.preset)}, {"threshold", or_null(rule.threshold)}};
  if (rule.knee_threshold) {
    report["threshold_knee"] = *rule.knee_threshold;
  }
  report["window"] = rule.window;
  report["data_range"] = rule.data_range;
  report["crop"] = rule.crop;
  report["overall"] =
      scores.overall ? with_means(Json::object(), rule, scores.overall->metrics) : Json(nullptr);
  report["folders"] =
      groups_json(scores.folders, rule, "name", [](const GroupScore& group) { return group.name; });
  report["accelerations"] =
      groups_json(scores.accelerations, rule, "acceleration",
                  [](const GroupScore& group) { return or_null(group.acceleration); });
  report["volumes"] = volumes_json(scores);
  report["slices"] = slices_json(scores);
  report["time"] = time_json(scores.times);
  report["problems"] = problems_json(scores.problems);
  return report;
}

Json comparison_json(const std::vector<RunScores>& runs, const Comparison& comparison) {
  Json list = Json::array();
  for (const auto& pair : comparison.differences) {
    list.push_back({{"run", runs[pair.run].name},
                    {"against", runs.front().name},
                    {"group", pair.group},
                    {"difference", pair.difference},
                    {"low", pair.interval ? Json(pair.interval->low) : Json(nullptr)},
                    {"high", pair.interval ? Json(pair.interval->high) : Json(nullptr)},
                    {"confidence", comparison.bootstrap.confidence},
                    {"over", pair.over_volumes ? "volumes" : "slices"},
                    {"volumes", pair.volumes},
                    {"slices", pair.slices},
                    {"better", pair.better},
                    {"worse", pair.worse},
                    {"equal", pair.equal}});
  }
  return list;
}

/// A file name need not be UTF-8.
std::string text_of(const Json& json) {
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace

std::string to_json(const Scores& scores) {
  return text_of(scores_json(scores));
}

std::string to_json(const std::vector<RunScores>& runs, const Comparison& comparison) {
  if (runs.size() == 1) {
    return to_json(runs.front().scores);
  }
  Json list = Json::array();
  for (const auto& run : runs) {
    Json named{{"name", run.name}};
    named.update(scores_json(run.scores));
    list.push_back(std::move(named));
  }
  return text_of({{"runs", std::move(list)},
                  {"comparison", comparison_json(runs, comparison)},
                  {"not_compared", comparison.left_out}});
}

}  // namespace dircn
