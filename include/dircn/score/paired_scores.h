#pragma once

#include <cstddef>
#include <cstdint>
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
