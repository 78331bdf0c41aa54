#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "dircn/score/scored_volume.h"
#include "dircn/score/scores.h"

namespace dircn {

/// The part of the images that the rule scores: the centre square with its `crop_edge`, else all.
SliceImages scored_part(const SliceImages& images, const ScoreRule& rule);

/// Fills in threshold, data range and metrics of a volume that has its name, and for each of its
/// slices an entry. `images`: of each slice the `scored_part`; `maximum()`: the volume's `max`.
/// Throws as `range_of` of the rule does.
void score_images(ScoredSlices& scored, const std::vector<SliceImages>& images,
                  const ScoreRule& rule, const std::function<double()>& maximum);

/// Scores one volume. None if `stop()` became true between two slices. Throws `Error` for what
/// cannot be read, as `score_images` does, and for a score that is not a number.
std::optional<ScoredSlices> score_volume(const ScoredVolume& volume, const std::string& name,
                                         const ScoreRule& rule, const std::function<bool()>& stop);

}  // namespace dircn
