#include "report/shown_volume.h"

#include <torch/types.h>

#include <cstddef>
#include <memory>

#include "dircn/core/error.h"
#include "dircn/core/interrupt.h"
#include "dircn/pictures/grey_picture.h"
#include "dircn/score/score_job.h"
#include "dircn/score/score_volume.h"

namespace dircn::detail {

void stop_if_interrupted() {
  require(!interrupted(), [] {
    return Error::Parts{"report", "interrupted", "", "Run it again: a part of it is not written."};
  });
}

ShownVolume::ShownVolume(const std::vector<EvaluatedRun>& runs,
                         const std::vector<RunScores>& scores, const VolumeScore& volume)
    : rule_(scores.front().scores.rule), volume_(volume) {
  for (size_t run = 0; run < runs.size(); ++run) {
    opened_.push_back(open_scored(runs[run].job, scores[run].scores, volume.name));
  }
}

std::vector<std::optional<SliceImages>> ShownVolume::images(int64_t slice,
                                                            const Extras& wanted) const {
  std::vector<std::optional<SliceImages>> all;
  for (const auto& opened : opened_) {
    all.push_back(
        opened ? std::optional<SliceImages>(scored_part(opened->read_slice(slice, wanted), rule_))
               : std::nullopt);
  }
  return all;
}

torch::Tensor ShownVolume::target(int64_t slice) const {
  const torch::Tensor whole = first().label().read_slice(slice);
  return scored_part({whole, whole}, rule_).target;
}

std::optional<torch::Tensor> ShownVolume::sensitivity_maps(int64_t slice) const {
  const auto images = scored_part(first().read_slice(slice, {Extra::sensitivity_maps}), rule_);
  const auto maps = images.more.find(kSensitivityMaps);
  return maps == images.more.end() ? std::nullopt : std::optional<torch::Tensor>(maps->second);
}

double ShownVolume::white() const {
  std::vector<torch::Tensor> targets;
  for (int64_t i = 0; i < first().label().slices(); ++i) {
    targets.push_back(target(i).flatten());
  }
  return white_value(torch::cat(targets));
}

std::vector<Box> ShownVolume::boxes(int64_t slice) const {
  return rule_.crop_edge != nullptr ? std::vector<Box>() : first().label().boxes(slice);
}

}  // namespace dircn::detail
