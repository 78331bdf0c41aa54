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

/// The scores as a JSON object: preset, threshold, threshold_knee (snu2025), window, data_range,
/// crop, overall {ssim, ssim_zero_filled, ...}, folders[], accelerations[], volumes[] (each with
/// the threshold and the data range that held for it), slices[] (each with its gtSSIM, see
/// `ssim_distance`; snu2026: with boxes[]), time
/// {ms_per_slice, median_ms, slices, device}, problems[]. Each score NAME has NAME_zero_filled
/// beside it, and in fastmri's means over volumes NAME_two_sd. What is not known is null, and so is
/// the infinite PSNR of a perfect reconstruction, for which JSON has no number.
std::string to_json(const Scores& scores);

/// Of several runs {runs[], comparison[], not_compared[]}: each run its name and the object above;
/// each comparison run, against, group, difference, low, high, confidence, over (volumes or
/// slices), volumes, slices, better, worse, equal. Of a single run as above.
std::string to_json(const std::vector<RunScores>& runs, const Comparison& comparison);

/// The slices as a table (RFC 4180), a header and a row for each: volume, slice, acceleration, each
/// score with its zero-filled one, preset, threshold and data_range (the numbers that held for the
/// volume), window, crop. What is not known is empty.
std::string to_csv(const Scores& scores);

/// Of several runs one table, with the name of the run in a column `run` before the others.
std::string to_csv(const std::vector<RunScores>& runs);

}  // namespace dircn
