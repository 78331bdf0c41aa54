#pragma once

#include <torch/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "dircn/config/config.h"
#include "dircn/data/label_volume.h"
#include "dircn/data/volume.h"
#include "dircn/pictures/comparison_picture.h"
#include "dircn/reconstruct/slice_outputs.h"
#include "dircn/reconstruct/volume_pipeline.h"

namespace dircn {

/// The k-space of a volume that is scored.
class ScoredKspace {
 public:
  /// `mask`: bool [W] or [H, W], with which the volume was reconstructed; none: the volume's own.
  explicit ScoredKspace(KspaceVolume volume,
                        const std::optional<torch::Tensor>& mask = std::nullopt);

  const KspaceVolume& volume() const { return volume_; }
  const torch::Tensor& mask() const { return mask_; }

  /// The nominal one: the volume's, or that of another mask, see `describe_mask`.
  int64_t acceleration() const { return acceleration_; }

  /// Root sum of squares of the masked coil images at the pixels of `target` [h, w]: float32.
  /// `kspace`: a slice as the volume has it. Reads nothing.
  torch::Tensor zero_filled(const torch::Tensor& kspace, const torch::Tensor& target) const;

 private:
  KspaceVolume volume_;
  torch::Tensor mask_;
  int64_t acceleration_;
};

/// A volume that is to be scored: its targets, and beside them what is reconstructed, and the
/// zero-filled images: `DataLayout::zero_filled` [S, h, w] where the target's file has it, else
/// those of the k-space. Images come one slice at a time, in two steps, so that one thread can read
/// ahead of another, which computes.
class VolumeSource {
 public:
  /// `kspace`: of this volume; none where it is not at hand. `note`: what the log is to say of the
  /// volume, if anything; `warnings`: what may void its scores. Throws `Error`, naming the file, if
  /// the number of slices or the shape of the zero-filled images is not that of `label`.
  VolumeSource(LabelVolume label, std::optional<ScoredKspace> kspace,
               std::optional<std::string> note, std::vector<std::string> warnings = {});
  VolumeSource(const VolumeSource&) = delete;
  VolumeSource& operator=(const VolumeSource&) = delete;
  virtual ~VolumeSource() = default;

  const LabelVolume& label() const { return label_; }
  const std::optional<std::string>& note() const { return note_; }
  const std::vector<std::string>& warnings() const { return warnings_; }

  /// All that is needed of the files for a slice and what is wanted beside its image. Throws
  /// `Error`, naming file and slice, for NaN or Inf.
  SliceInput read(int64_t index, const Extras& wanted = {}) const;
  /// What becomes of it; looks at no file.
  SliceImages images(const SliceInput& slice, const Extras& wanted = {});
  /// Both.
  SliceImages read_slice(int64_t index, const Extras& wanted = {}) {
    return images(read(index, wanted), wanted);
  }

  /// Bool [W] or [H, W]: how the k-space was undersampled; none where it is not at hand.
  std::optional<torch::Tensor> mask() const;

  /// The nominal one of its mask; none where the k-space is not at hand.
  std::optional<int64_t> acceleration() const;

 protected:
  const std::optional<ScoredKspace>& kspace() const { return kspace_; }

 private:
  /// Adds to a slice what `outputs` needs of it.
  virtual void add_stored(int64_t index, const Extras& wanted, SliceInput& slice) const = 0;
  /// What there is of a slice: its `reconstruction` [h, w], and of what is wanted what can be had.
  virtual SliceOutputs outputs(const SliceInput& slice, const Extras& wanted) = 0;

  LabelVolume label_;
  std::optional<ScoredKspace> kspace_;
  std::optional<std::string> note_;
  std::vector<std::string> warnings_;
  const char* stored_zero_filled_;  // null: not there
};

}  // namespace dircn
