#pragma once

#include <string>
#include <vector>

#include "dircn/score/scores.h"
#include "dircn/score/volume_source.h"

namespace dircn {

/// The part of the images that the rule scores: the centre square with its `crop_edge`, else all.
SliceImages scored_part(const SliceImages& images, const ScoreRule& rule);

/// Fills in threshold, data range and metrics of a volume that has its name, and for each of its
/// slices an entry. `images`: of each slice the `scored_part`; `maximum`: the volume's `max`, for a
/// rule that asks for it. Throws as `range_of` of the rule does.
void score_images(ScoredSlices& scored, const std::vector<SliceImages>& images,
                  const ScoreRule& rule, double maximum);

/// Scores one volume, slice by slice.
class VolumeScorer {
 public:
  /// All must outlive it. Throws `Error` for what cannot be read of the targets; nothing is read
  /// later.
  VolumeScorer(const VolumeSource& volume, const std::string& name, const ScoreRule& rule);

  /// Slices in order.
  void add(const SliceImages& images);
  /// To be called when every slice was added. Throws as `score_images` does, and for a score that
  /// is not a number.
  ScoredSlices finish();

 private:
  const LabelVolume& label_;
  const ScoreRule& rule_;
  double maximum_;  // 0 where the rule does not ask for it
  ScoredSlices scored_;
  std::vector<SliceImages> images_;
};

}  // namespace dircn
