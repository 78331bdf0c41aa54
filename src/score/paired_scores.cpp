#include "dircn/score/paired_scores.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "score/score_groups.h"

namespace dircn {
namespace {

constexpr size_t kFewest = 2;  // of a single one nothing can be said

using SliceName = std::pair<std::string, int64_t>;  // volume, slice

/// The score that ranks by slice, of the slices that have one.
std::map<SliceName, double> score_by_slice(const Scores& scores) {
  std::map<SliceName, double> values;
  for (const auto& slice : scores.slices) {
    if (const Metric* found = find_metric(slice.metrics, ranking_metric(scores.rule).name)) {
      values[{scores.volumes[slice.volume].name, slice.slice}] = found->value;
    }
  }
  return values;
}

/// The differences of one volume's slices.
struct VolumeDifferences {
  std::string name;
  std::string folder;
  std::string acceleration;
  std::vector<double> slices;
};

/// Volumes by what they are pooled over.
using Strata = std::map<std::string, std::vector<const VolumeDifferences*>>;

/// The slices that every run has a score of.
std::set<SliceName> common_slices(const std::vector<RunScores>& runs) {
  std::map<SliceName, size_t> counts;
  for (const auto& run : runs) {
    for (const auto& slice : score_by_slice(run.scores)) {
      ++counts[slice.first];
    }
  }
  std::set<SliceName> common;
  for (const auto& [name, count] : counts) {
    if (count == runs.size()) {
      common.insert(name);
    }
  }
  return common;
}

std::vector<VolumeDifferences> differences_of(const Scores& first, const Scores& run,
                                              const std::set<SliceName>& common) {
  const auto others = score_by_slice(run);
  std::vector<VolumeDifferences> volumes;
  for (const auto& volume : first.volumes) {
    const std::string acceleration =
        volume.acceleration ? "x" + std::to_string(*volume.acceleration) : "-";
    volumes.push_back({volume.name, folder_of(volume.name), acceleration, {}});
  }
  for (const auto& slice : first.slices) {
    auto& volume = volumes[slice.volume];
    const SliceName name{volume.name, slice.slice};
    if (common.count(name) > 0) {
      volume.slices.push_back(others.at(name) -
                              slice.metrics.at(ranking_metric(first.rule).name).value);
    }
  }
  return volumes;
}

/// What is drawn for a volume. A mean over volumes counts each of them once.
Cluster cluster_of(const VolumeDifferences& volume, const ScoreRule& rule) {
  Cluster cluster;
  for (const double difference : volume.slices) {
    cluster.sum += difference;
    cluster.count += 1;
  }
  return rule.over_volumes ? Cluster{cluster.sum / cluster.count, 1} : cluster;
}

/// Volumes that are drawn among each other; a single one falls apart into its slices.
Stratum stratum_of(const std::vector<const VolumeDifferences*>& volumes, const ScoreRule& rule) {
  Stratum stratum;
  for (const auto* volume : volumes) {
    stratum.push_back(cluster_of(*volume, rule));
  }
  if (volumes.size() == 1) {
    stratum.clear();
    for (const double difference : volumes.front()->slices) {
      stratum.push_back({difference, 1});
    }
  }
  return stratum;
}

/// Scores compare to the last digit that is shown.
void count_slice(PairedDifference& result, double difference, const MetricFacts& metric) {
  const double equal = 0.5 * std::pow(10, -metric.digits);
  const double gain = metric.high_is_better ? difference : -difference;
  ++result.slices;
  result.equal += std::abs(gain) < equal ? 1 : 0;
  result.better += gain >= equal ? 1 : 0;
  result.worse += gain <= -equal ? 1 : 0;
}

PairedDifference paired(const std::string& group, const Strata& strata, const ScoreRule& rule,
                        const BootstrapOptions& options) {
  PairedDifference result;
  result.group = group;
  std::vector<Stratum> drawn;
  for (const auto& [name, volumes] : strata) {
    drawn.push_back(stratum_of(volumes, rule));
    result.over_volumes = result.over_volumes && volumes.size() > 1;
    result.volumes += static_cast<int64_t>(volumes.size());
    for (const auto* volume : volumes) {
      for (const double difference : volume->slices) {
        count_slice(result, difference, ranking_metric(rule));
      }
    }
  }
  result.difference = mean_of_strata(drawn);
  if (std::all_of(drawn.begin(), drawn.end(),
                  [](const Stratum& stratum) { return stratum.size() >= kFewest; })) {
    result.interval = bootstrap_mean(drawn, options);
  }
  return result;
}

/// The groups in the order of the tables: folders, accelerations (where there are several),
/// overall.
std::vector<std::pair<std::string, Strata>> groups_of(const std::vector<VolumeDifferences>& volumes,
                                                      const ScoreRule& rule) {
  Strata folders;
  Strata accelerations;
  Strata all;
  for (const auto& volume : volumes) {
    if (!volume.slices.empty()) {
      folders[volume.folder].push_back(&volume);
      accelerations[volume.acceleration].push_back(&volume);
      all[rule.over_volumes ? "" : volume.folder].push_back(&volume);
    }
  }
  std::vector<std::pair<std::string, Strata>> groups;
  std::set<std::vector<const VolumeDifferences*>> known;
  for (const auto* parts : {&folders, &accelerations}) {
    for (const auto& [name, members] : *parts) {
      if (parts->size() > 1 && known.insert(members).second) {
        groups.emplace_back(name, Strata{{name, members}});
      }
    }
  }
  if (!all.empty()) {
    groups.emplace_back("overall", all);
  }
  return groups;
}

/// The volumes that some runs scored and others did not.
std::vector<std::string> volumes_left_out(const std::vector<RunScores>& runs) {
  std::map<std::string, size_t> seen;
  for (const auto& run : runs) {
    for (const auto& volume : run.scores.volumes) {
      ++seen[volume.name];
    }
  }
  std::vector<std::string> names;
  for (const auto& [name, count] : seen) {
    if (count < runs.size()) {
      names.push_back(name);
    }
  }
  return names;
}

}  // namespace

Comparison compare(const std::vector<RunScores>& runs, const BootstrapOptions& options) {
  Comparison comparison{options, {}, volumes_left_out(runs)};
  const auto common = common_slices(runs);
  for (size_t run = 1; run < runs.size(); ++run) {
    const Scores& first = runs.front().scores;
    const auto volumes = differences_of(first, runs[run].scores, common);
    for (const auto& [name, strata] : groups_of(volumes, first.rule)) {
      auto difference = paired(name, strata, first.rule, options);
      difference.run = run;
      comparison.differences.push_back(std::move(difference));
    }
  }
  return comparison;
}

}  // namespace dircn
