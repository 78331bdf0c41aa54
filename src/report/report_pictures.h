#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <vector>

#include "dircn/eval/paired_scores.h"
#include "dircn/report/report.h"

namespace dircn::detail {

/// The pictures of a report, as data that a page embeds: panels, pictures, pictures_note, extremes,
/// extremes_caption. At most `volumes` volumes are opened for the viewer, and those of the worst
/// and best slices. Throws `Error` if one cannot be read any more, or a signal came.
nlohmann::ordered_json report_pictures(const std::vector<EvaluatedRun>& runs,
                                       const std::vector<RunScores>& scores, int64_t volumes);

}  // namespace dircn::detail
