#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "dircn/score/scores.h"

namespace dircn {

/// "leaderboard/acc4" of leaderboard/acc4/a.h5; "." where no folder is called accN.
std::string folder_of(const std::string& volume);

/// The N of the folder accN that a volume lies in.
std::optional<int64_t> folder_acceleration(const std::string& volume);

/// Mean of a score and of its zero-filled part. None of no scores.
std::optional<Metric> mean(const std::vector<Metric>& metrics);

/// What slices add to the pool of a score: their own, or those of their boxes; nothing where one
/// was skipped.
std::vector<Metric> scored_parts(const SliceScore& slice, const std::string& name);
std::vector<Metric> scored_parts(const std::vector<SliceScore>& slices, const std::string& name);

/// Fills in `folders`, `accelerations` and `overall` from slices and volumes, see
/// `ScoreRule::over_volumes`.
void add_groups(Scores& scores);

}  // namespace dircn
