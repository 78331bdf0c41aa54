#include "dircn/score/scores.h"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <optional>
#include <string>
#include <vector>

namespace dircn {

const Metric* find_metric(const Metrics& metrics, const std::string& name) {
  const auto found = metrics.find(name);
  return found == metrics.end() ? nullptr : &found->second;
}

std::optional<SliceScore> median_slice(const Scores& scores) {
  const auto slices = worst_slices(scores, scores.slices.size());
  return slices.empty() ? std::nullopt : std::optional<SliceScore>(slices[(slices.size() - 1) / 2]);
}

std::vector<SliceScore> worst_slices(const Scores& scores, size_t count) {
  std::vector<SliceScore> slices;
  std::copy_if(
      scores.slices.begin(), scores.slices.end(), std::back_inserter(slices),
      [](const SliceScore& slice) { return find_metric(slice.metrics, kSsim) != nullptr; });
  std::stable_sort(slices.begin(), slices.end(), [](const SliceScore& a, const SliceScore& b) {
    return a.metrics.at(kSsim).value < b.metrics.at(kSsim).value;
  });
  slices.resize(std::min(count, slices.size()));
  return slices;
}

}  // namespace dircn
