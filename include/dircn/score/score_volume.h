#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "dircn/score/scores.h"
#include "dircn/score/volume_source.h"

namespace dircn {

/// The edge of the centre square that `fastmri` scores.
int64_t crop_edge(int64_t height, int64_t width);

/// The images as the rule scores them: cropped with `fastmri`, else as they are.
SliceImages scored_part(const SliceImages& images, const ScoreRule& rule);

struct ScoredSlices {
  VolumeScore volume;
  std::vector<SliceScore> slices;
};

/// Scores the slices of one volume; looks at no file.
class SliceScorer {
 public:
  SliceScorer() = default;
  SliceScorer(const SliceScorer&) = delete;
  SliceScorer& operator=(const SliceScorer&) = delete;
  virtual ~SliceScorer() = default;

  virtual void add(int64_t index, const SliceImages& images) = 0;
  /// To be called when every slice was added.
  virtual ScoredSlices finish() = 0;
};

/// One by this rule. Reads what the rule needs of all targets; they must outlive it. Throws `Error`
/// for what cannot be read, and with `fastmri` for targets without a positive value.
std::unique_ptr<SliceScorer> slice_scorer(const VolumeSource& volume, const std::string& name,
                                          const ScoreRule& rule);

}  // namespace dircn
