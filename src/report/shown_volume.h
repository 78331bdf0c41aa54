#pragma once

#include <torch/types.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "dircn/mri/box.h"
#include "dircn/report/report.h"
#include "dircn/score/paired_scores.h"
#include "dircn/score/volume_source.h"

namespace dircn::detail {

/// Throws `Error` if a signal came: a part of a report is not written.
void stop_if_interrupted();

/// A volume of the first run, open in every run that has it.
class ShownVolume {
 public:
  /// All of these must outlive it.
  ShownVolume(const std::vector<EvaluatedRun>& runs, const std::vector<RunScores>& scores,
              const VolumeScore& volume);

  VolumeSource& first() const { return *opened_.front(); }

  /// What each run has of a slice, as it is scored.
  std::vector<std::optional<SliceImages>> images(int64_t slice, const Extras& wanted) const;

  /// A target as it is scored.
  torch::Tensor target(int64_t slice) const;

  /// [C, h, w] complex64, of the first run; none where it has none.
  std::optional<torch::Tensor> sensitivity_maps(int64_t slice) const;

  /// The value that its images show white, see `white_value`: that of all targets.
  double white() const;

  double data_range() const { return volume_.data_range; }

  /// What is annotated; nothing where images are cropped, since it belongs to whole ones.
  std::vector<Box> boxes(int64_t slice) const;

 private:
  const ScoreRule& rule_;
  const VolumeScore& volume_;
  std::vector<std::unique_ptr<VolumeSource>> opened_;  // null where a run lacks it
};

}  // namespace dircn::detail
