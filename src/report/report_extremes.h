#pragma once

#include <nlohmann/json.hpp>

#include "dircn/report/report.h"
#include "dircn/score/scores.h"

namespace dircn::detail {

/// The slices of lowest and highest SSIM of a run, as small pictures that a page embeds: extremes
/// {worst[], best[]}, extremes_caption. Throws `Error` if one cannot be read any more, or a signal
/// came.
nlohmann::ordered_json report_extremes(const EvaluatedRun& run, const Scores& scores);

}  // namespace dircn::detail
