#pragma once

#include <torch/types.h>

#include "dircn/mri/acs.h"
#include "dircn/reconstruct/slice_outputs.h"

namespace dircn {

/// A way to reconstruct a slice: networks (`NetworkEnsemble`), or a classical one beside them
/// (`ParallelImaging`). For one thread at a time.
class SliceMethod {
 public:
  SliceMethod() = default;
  SliceMethod(const SliceMethod&) = delete;
  SliceMethod& operator=(const SliceMethod&) = delete;
  virtual ~SliceMethod() = default;

  /// `kspace` [C, H, W] complex64: masked, its field of view cropped; `mask`: bool [W] or [H, W];
  /// both on `device()`. Returns `reconstruction`, and what else the method has of what `wanted`
  /// asks for, all of the k-space's size. Throws `Error` for NaN or Inf.
  virtual SliceOutputs reconstruct(const torch::Tensor& kspace, const torch::Tensor& mask,
                                   const Extras& wanted) = 0;

  /// What its sensitivity maps are estimated from.
  virtual Calibrations calibrations() const { return {Calibration::centre}; }

  /// Where it takes its k-space.
  virtual torch::Device device() const { return torch::kCPU; }
};

}  // namespace dircn
