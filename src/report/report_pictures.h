#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <vector>

#include "dircn/report/report.h"
#include "dircn/score/paired_scores.h"

namespace dircn::detail {

/// The pictures of a report's viewer, as data that a page embeds: panels, pictures, pictures_note.
/// At most `volumes` volumes are opened. One that cannot be shown, say for what its files carry
/// beside the scored images, is left out and told of in `problems`, and the log. Throws `Error` if
/// a signal came.
nlohmann::ordered_json report_pictures(const std::vector<EvaluatedRun>& runs,
                                       const std::vector<RunScores>& scores, int64_t volumes,
                                       nlohmann::ordered_json& problems);

}  // namespace dircn::detail
