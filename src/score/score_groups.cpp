#include "score/score_groups.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <numeric>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace dircn {
namespace {

namespace fs = std::filesystem;

constexpr const char* kPrefix = "acc";
constexpr size_t kPrefixLength = 3;
constexpr size_t kMostDigits = 9;

/// The folder accN of a volume, empty where there is none.
fs::path acceleration_folder(const std::string& volume) {
  for (auto folder = fs::path(volume).parent_path(); !folder.empty() && folder.has_relative_path();
       folder = folder.parent_path()) {
    const std::string name = folder.filename().string();
    const bool numbered = name.size() > kPrefixLength &&
                          name.size() <= kPrefixLength + kMostDigits &&
                          name.compare(0, kPrefixLength, kPrefix) == 0 &&
                          std::all_of(name.begin() + kPrefixLength, name.end(),
                                      [](unsigned char c) { return std::isdigit(c) != 0; });
    if (numbered) {
      return folder;
    }
  }
  return {};
}

void add_if_there(std::vector<Metric>& metrics, const Metrics& from, const std::string& name) {
  if (const Metric* metric = find_metric(from, name)) {
    metrics.push_back(*metric);
  }
}

/// The scores that a group's mean is taken over.
std::vector<Metric> pooled(const Scores& scores, const std::string& name,
                           const std::vector<bool>& member) {
  std::vector<Metric> metrics;
  if (scores.rule.over_volumes) {
    for (size_t v = 0; v < member.size(); ++v) {
      if (member[v]) {
        add_if_there(metrics, scores.volumes[v].metrics, name);
      }
    }
    return metrics;
  }
  for (const auto& slice : scores.slices) {
    if (member[slice.volume]) {
      const auto parts = scored_parts(slice, name);
      metrics.insert(metrics.end(), parts.begin(), parts.end());
    }
  }
  return metrics;
}

/// None of a single score, and with an infinite one.
std::optional<double> two_standard_deviations(const std::vector<Metric>& metrics, double mean) {
  if (metrics.size() < 2 || !std::isfinite(mean)) {
    return std::nullopt;
  }
  double sum = 0;
  for (const auto& metric : metrics) {
    sum += (metric.value - mean) * (metric.value - mean);
  }
  return 2 * std::sqrt(sum / static_cast<double>(metrics.size() - 1));
}

GroupScore group(const Scores& scores, const std::string& name,
                 const std::vector<size_t>& volumes) {
  GroupScore score;
  score.name = name;
  score.acceleration = scores.volumes[volumes.front()].acceleration;
  std::vector<bool> member(scores.volumes.size(), false);
  for (const size_t v : volumes) {
    member[v] = true;
    ++score.volumes;
    score.slices += scores.volumes[v].slices;
    if (scores.volumes[v].acceleration != score.acceleration) {
      score.acceleration.reset();
    }
  }
  for (const auto& metric : scores.rule.metrics) {
    const auto parts = pooled(scores, metric, member);
    if (auto value = mean(parts)) {
      if (scores.rule.over_volumes) {
        value->two_sd = two_standard_deviations(parts, value->value);
      }
      score.metrics[metric] = *value;
    }
  }
  return score;
}

/// A group for each key of the volumes.
template <typename Key, typename KeyOf>
std::map<Key, std::vector<size_t>> by_key(const Scores& scores, const KeyOf& key_of) {
  std::map<Key, std::vector<size_t>> groups;
  for (size_t v = 0; v < scores.volumes.size(); ++v) {
    groups[key_of(scores.volumes[v])].push_back(v);
  }
  return groups;
}

/// Plain mean over the folders.
Metrics mean_over_folders(const Scores& scores) {
  Metrics metrics;
  for (const auto& name : scores.rule.metrics) {
    std::vector<Metric> parts;
    for (const auto& folder : scores.folders) {
      add_if_there(parts, folder.metrics, name);
    }
    if (const auto value = mean(parts)) {
      metrics[name] = *value;
    }
  }
  return metrics;
}

}  // namespace

std::string folder_of(const std::string& volume) {
  const auto folder = acceleration_folder(volume);
  return folder.empty() ? "." : folder.generic_string();
}

std::optional<int64_t> folder_acceleration(const std::string& volume) {
  const auto folder = acceleration_folder(volume);
  return folder.empty()
             ? std::nullopt
             : std::optional<int64_t>(std::stoll(folder.filename().string().substr(kPrefixLength)));
}

std::optional<Metric> mean(const std::vector<Metric>& metrics) {
  if (metrics.empty()) {
    return std::nullopt;
  }
  Metric sum{0, 0.0};
  for (const auto& metric : metrics) {
    sum.value += metric.value;
    if (sum.zero_filled && metric.zero_filled) {
      *sum.zero_filled += *metric.zero_filled;
    } else {
      sum.zero_filled.reset();
    }
  }
  const auto count = static_cast<double>(metrics.size());
  sum.value /= count;
  if (sum.zero_filled) {
    *sum.zero_filled /= count;
  }
  return sum;
}

std::vector<Metric> scored_parts(const SliceScore& slice, const std::string& name) {
  std::vector<Metric> metrics;
  if (!metric_facts(name).over_boxes) {
    add_if_there(metrics, slice.metrics, name);
    return metrics;
  }
  for (const auto& box : slice.boxes) {
    if (box.ssim) {
      metrics.push_back(*box.ssim);
    }
  }
  return metrics;
}

std::vector<Metric> scored_parts(const std::vector<SliceScore>& slices, const std::string& name) {
  std::vector<Metric> metrics;
  for (const auto& slice : slices) {
    const auto parts = scored_parts(slice, name);
    metrics.insert(metrics.end(), parts.begin(), parts.end());
  }
  return metrics;
}

GroupScore all_together(const Scores& scores) {
  std::vector<size_t> all(scores.volumes.size());
  std::iota(all.begin(), all.end(), size_t{0});
  return group(scores, "overall", all);
}

void add_groups(Scores& scores) {
  const auto folders =
      by_key<std::string>(scores, [](const VolumeScore& volume) { return folder_of(volume.name); });
  for (const auto& [name, volumes] : folders) {
    scores.folders.push_back(group(scores, name, volumes));
  }
  const auto accelerations = by_key<std::optional<int64_t>>(
      scores, [](const VolumeScore& volume) { return volume.acceleration; });
  for (const auto& [acceleration, volumes] : accelerations) {
    scores.accelerations.push_back(
        group(scores, acceleration ? "x" + std::to_string(*acceleration) : "-", volumes));
  }
  if (scores.volumes.empty()) {
    return;
  }
  GroupScore overall = all_together(scores);
  if (!scores.rule.over_volumes) {
    overall.metrics = mean_over_folders(scores);
  }
  if (!overall.metrics.empty()) {
    scores.overall = std::move(overall);
  }
}

}  // namespace dircn
