#pragma once

#include <string>
#include <vector>

#include "dircn/score/paired_scores.h"
#include "dircn/score/scores.h"

namespace dircn {

/// The slices as a table (RFC 4180), a header and a row for each: volume, slice, acceleration, each
/// score with its zero-filled one, preset, threshold and data_range (the numbers that held for the
/// volume), window, crop. What is not known is empty.
std::string to_csv(const Scores& scores);

/// Of several runs one table, with the name of the run in a column `run` before the others.
std::string to_csv(const std::vector<RunScores>& runs);

}  // namespace dircn
