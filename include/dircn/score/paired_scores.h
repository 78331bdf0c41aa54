#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "dircn/score/bootstrap.h"
#include "dircn/score/scores.h"

namespace dircn {

/// The scores of one of several reconstructions of the same targets.
struct RunScores {
  std::string name;
  Scores scores;
};

/// Rows of one kind by name, in the order in which they first come: of each run its own, or null.
template <typename Row>
std::vector<std::vector<const Row*>> rows_by_name(const std::vector<RunScores>& runs,
                                                  std::vector<Row> Scores::*list) {
  std::vector<std::vector<const Row*>> rows;
  std::map<std::string, size_t> places;
  for (size_t run = 0; run < runs.size(); ++run) {
    for (const auto& row : runs[run].scores.*list) {
      const auto [place, is_new] = places.emplace(row.name, rows.size());
      if (is_new) {
        rows.emplace_back(runs.size(), nullptr);
      }
      rows[place->second][run] = &row;
    }
  }
  return rows;
}

/// The scores of a row; null for a run without it.
template <typename Row>
std::vector<const Metrics*> metrics_of(const std::vector<const Row*>& row) {
  std::vector<const Metrics*> metrics;
  metrics.reserve(row.size());
  for (const auto* of_run : row) {
    metrics.push_back(of_run == nullptr ? nullptr : &of_run->metrics);
  }
  return metrics;
}

/// That of the first run that has it.
template <typename Row>
const Row& any_row(const std::vector<const Row*>& row) {
  return **std::find_if(row.begin(), row.end(), [](const Row* one) { return one != nullptr; });
}

/// How a run does against the first one, slice by slice: differences of the score
/// that ranks, see `ranking_metric`.
struct PairedDifference {
  size_t run = 1;     // index of the run
  std::string group;  // "overall", a folder, an acceleration
  int64_t volumes = 0;
  int64_t slices = 0;
  double difference = 0;  // run − first, of the scores of this group as the rule has them
  std::optional<Interval> interval;  // of the difference; none of one slice of one volume
  bool over_volumes = true;          // what the interval draws: volumes; of a single volume slices
  int64_t better = 0;                // slices on which the run leads
  int64_t worse = 0;
  int64_t equal = 0;  // to the fourth decimal
};

struct Comparison {
  BootstrapOptions bootstrap;
  std::vector<PairedDifference> differences;
  std::vector<std::string> left_out;  // volumes that not all of the runs have
};

/// Compares runs by the slices that all of them have a score of. The difference of a group is that
/// of its scores: slices pooled over a folder, and then the mean over folders (snu*), or means over
/// volumes (fastmri).
///
/// Neighbouring slices of a volume resemble each other, so whole volumes are drawn for the
/// interval: of the overall difference within each folder (snu*), else all together. Where there is
/// one alone its slices are drawn, which makes the interval narrower than it should be; and so it
/// is with a few volumes.
Comparison compare(const std::vector<RunScores>& runs, const BootstrapOptions& options = {});

}  // namespace dircn
