#pragma once

#include <torch/types.h>

#include <functional>

#include "dircn/mri/image_grid.h"

namespace dircn {

/// A slice that was measured, and what is to become of it.
struct MeasuredSlice {
  torch::Tensor kspace;  // [C, H, W] complex64; may or may not be masked
  torch::Tensor mask;    // bool [W], or [H, W] where the grid keeps all rows
  ImageGrid grid;
  /// Changes the cropped k-space before it is masked, e.g. augments it; null: nothing does.
  std::function<torch::Tensor(const torch::Tensor& kspace)> change = nullptr;
};

/// The slice as a method of reconstruction takes it.
struct PreparedSlice {
  torch::Tensor full;    // [C, kept, W] complex64, its readout cropped
  torch::Tensor kspace;  // the same, masked

  /// Root sums of squares of the coil images, [kept, W] float32: of `kspace`, and of `full`.
  torch::Tensor zero_filled() const;
  torch::Tensor target() const;
};

/// The one way from a file's k-space to training, reconstruction, tuning and scores. On the device
/// of its tensors.
PreparedSlice prepare_slice(const MeasuredSlice& slice);

/// The root sum of squares of the coil images of k-space [C, H, W]: [H, W].
torch::Tensor combined_image(const torch::Tensor& kspace);
/// The same of cropped k-space [C, kept, W] at the pixels of a grid.
torch::Tensor combined_image(const torch::Tensor& kspace, const ImageGrid& grid);

}  // namespace dircn
