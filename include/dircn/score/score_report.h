#pragma once

#include <string>
#include <vector>

#include "dircn/score/paired_scores.h"
#include "dircn/score/scores.h"

namespace dircn {

/// The scores as text: the rule, a line for each volume, folder, acceleration and for all, with
/// zero-filled beside each score, the three worst slices, the network's time, and how many volumes
/// were not scored.
std::string to_text(const Scores& scores);

/// The same of several runs side by side, and how each does against the first one. Of a single run
/// as above.
std::string to_text(const std::vector<RunScores>& runs, const Comparison& comparison);

}  // namespace dircn
