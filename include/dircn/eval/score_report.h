#pragma once

#include <string>

#include "dircn/eval/score_volumes.h"

namespace dircn {

/// The scores as text: the rule, a line for each volume and folder and for all, with zero-filled
/// beside it, the three worst slices, and how many volumes were not scored.
std::string to_text(const Scores& scores);

/// The scores as a JSON object: preset, threshold, window, data_range, crop, overall {ssim,
/// ssim_zero_filled}, folders[], volumes[], slices[], problems[]. What is not known is null.
std::string to_json(const Scores& scores);

}  // namespace dircn
