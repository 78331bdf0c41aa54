#include "dircn/score/scores.h"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <numeric>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "dircn/core/quantile.h"
#include "dircn/core/text.h"

namespace dircn {

double mean_time(const SliceTimes& times) {
  return std::accumulate(times.milliseconds.begin(), times.milliseconds.end(), 0.0) /
         static_cast<double>(times.milliseconds.size());
}

double median_time(const SliceTimes& times) {
  auto sorted = times.milliseconds;
  std::sort(sorted.begin(), sorted.end());
  return quantile(sorted, 0.5);
}

std::string to_text(const SliceTimes& times) {
  if (times.milliseconds.empty()) {
    return "time: not measured, as no volume has more than the " + std::to_string(kWarmUpSlices) +
           " slices that warm the device up\n";
  }
  return "time: " + fixed(mean_time(times), 1) + " ms a slice (median " +
         fixed(median_time(times), 1) + ", " + std::to_string(times.milliseconds.size()) +
         " slices timed on " + times.device +
         ", batch 1, from k-space in host memory; reading and writing not counted)\n";
}

const Metric* find_metric(const Metrics& metrics, const std::string& name) {
  const auto found = metrics.find(name);
  return found == metrics.end() ? nullptr : &found->second;
}

void add_scored(Scores& scores, ScoredSlices scored) {
  for (auto& slice : scored.slices) {
    slice.volume = scores.volumes.size();
    scores.slices.push_back(std::move(slice));
  }
  scores.volumes.push_back(std::move(scored.volume));
}

std::optional<SliceScore> median_slice(const Scores& scores) {
  const auto slices = worst_slices(scores, scores.slices.size());
  return slices.empty() ? std::nullopt : std::optional<SliceScore>(slices[(slices.size() - 1) / 2]);
}

std::vector<SliceScore> worst_slices(const Scores& scores, size_t count) {
  const MetricFacts& metric = ranking_metric(scores.rule);
  std::vector<SliceScore> slices;
  std::copy_if(
      scores.slices.begin(), scores.slices.end(), std::back_inserter(slices),
      [&](const SliceScore& slice) { return find_metric(slice.metrics, metric.name) != nullptr; });
  std::stable_sort(slices.begin(), slices.end(), [&](const SliceScore& a, const SliceScore& b) {
    const double left = a.metrics.at(metric.name).value;
    const double right = b.metrics.at(metric.name).value;
    return metric.high_is_better ? left < right : left > right;
  });
  slices.resize(std::min(count, slices.size()));
  return slices;
}

}  // namespace dircn
