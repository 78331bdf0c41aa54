#pragma once

#include <nlohmann/json.hpp>
#include <vector>

#include "dircn/score/paired_scores.h"

namespace dircn::detail {

using Json = nlohmann::ordered_json;

/// The numbers of a report, as its scripts read them: rule, metrics, groups, volumes, slices
/// (columns), comparison, problems. A score of several runs is {zero_filled, runs[]}.
Json report_tables(const std::vector<RunScores>& runs, const Comparison& comparison);

}  // namespace dircn::detail
