#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "dircn/score/scored_volume.h"
#include "dircn/score/scores.h"

namespace dircn {

/// The edge of the centre square that `fastmri` scores.
int64_t crop_edge(int64_t height, int64_t width);

/// The images as the rule scores them: cropped with `fastmri`, else as they are.
SliceImages scored_part(const SliceImages& images, const ScoreRule& rule);

struct ScoredSlices {
  VolumeScore volume;
  std::vector<SliceScore> slices;
};

/// Scores one volume, slice by slice. None if `stop()` became true between two slices. Throws
/// `Error` for what cannot be read, and with `fastmri` for targets without a positive value.
std::optional<ScoredSlices> score_volume(const ScoredVolume& volume, const std::string& name,
                                         const ScoreRule& rule, const std::function<bool()>& stop);

}  // namespace dircn
