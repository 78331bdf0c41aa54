#pragma once

#include <string>

#include "dircn/eval/scores.h"

namespace dircn {

/// The slices as a table (RFC 4180), a header and a row for each: volume, slice, acceleration, each
/// score with its zero-filled one, preset, threshold and data_range (the numbers that held for the
/// volume), window, crop. What is not known is empty.
std::string to_csv(const Scores& scores);

}  // namespace dircn
