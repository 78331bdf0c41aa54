#pragma once

#include <torch/types.h>

#include <cstdint>
#include <optional>

#include "dircn/config/config.h"
#include "dircn/data/volume.h"

namespace dircn {

/// The k-space of a volume that is scored.
class ScoredKspace {
 public:
  /// `mask`: bool [W] or [H, W], with which the volume was reconstructed; none: the volume's own.
  ScoredKspace(KspaceVolume volume, FovCrop fov_crop,
               const std::optional<torch::Tensor>& mask = std::nullopt);

  const KspaceVolume& volume() const { return volume_; }
  const torch::Tensor& mask() const { return mask_; }

  /// The nominal one: the volume's, or that of another mask, see `describe_mask`.
  int64_t acceleration() const { return acceleration_; }

  /// Root sum of squares of the masked coil images, their field of view cropped (not with 2-D
  /// masks), centre-cropped or zero-padded to the size of `target` [h, w]: float32. `kspace`: a
  /// slice as the volume has it. Reads nothing.
  torch::Tensor zero_filled(const torch::Tensor& kspace, const torch::Tensor& target) const;

 private:
  KspaceVolume volume_;
  FovCrop fov_crop_;
  torch::Tensor mask_;
  int64_t acceleration_;
};

}  // namespace dircn
