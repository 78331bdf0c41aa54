#pragma once

#include <string>

#include "dircn/eval/scores.h"

namespace dircn {

/// The scores as text: the rule, a line for each volume, folder, acceleration and for all, with
/// zero-filled beside each score, the three worst slices, the network's time, and how many volumes
/// were not scored.
std::string to_text(const Scores& scores);

}  // namespace dircn
