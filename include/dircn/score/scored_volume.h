#pragma once

#include <torch/types.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "dircn/data/label_volume.h"
#include "dircn/pictures/comparison_picture.h"
#include "dircn/reconstruct/slice_outputs.h"
#include "dircn/score/scored_kspace.h"

namespace dircn {

/// A volume that is to be scored: its targets, and beside them what is reconstructed, and the
/// zero-filled images: `DataLayout::zero_filled` [S, h, w] where the target's file has it, else
/// those of the k-space. Images come one slice at a time.
class ScoredVolume {
 public:
  /// What there is of a slice: its `reconstruction` [h, w], and of what is wanted what can be had.
  using Reconstruct = std::function<SliceOutputs(int64_t slice, const Extras& wanted)>;

  /// `kspace`: of this volume; null where it is not at hand. `note`: what the log is to say of the
  /// volume, if anything. Throws `Error`, naming the file, if the number of slices or the shape of
  /// the zero-filled images is not that of `label`.
  ScoredVolume(LabelVolume label, std::shared_ptr<ScoredKspace> kspace, Reconstruct reconstruct,
               std::optional<std::string> note = std::nullopt);

  const LabelVolume& label() const { return label_; }
  const std::optional<std::string>& note() const { return note_; }

  /// Throws `Error`, naming file and slice, for NaN or Inf.
  SliceImages read_slice(int64_t index, const Extras& wanted = {}) const;

  /// Bool [W] or [H, W]: how the k-space was undersampled; none where it is not at hand.
  std::optional<torch::Tensor> mask() const;

  /// The nominal one of its mask; none where the k-space is not at hand.
  std::optional<int64_t> acceleration() const;

 private:
  std::optional<torch::Tensor> zero_filled(int64_t index, const torch::Tensor& target) const;

  LabelVolume label_;
  std::shared_ptr<ScoredKspace> kspace_;
  Reconstruct reconstruct_;
  std::optional<std::string> note_;
  const char* stored_zero_filled_;  // null: not there
};

}  // namespace dircn
