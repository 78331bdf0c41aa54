#pragma once

#include <torch/types.h>

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "dircn/config/data_config.h"

namespace dircn {

/// The k-space that a readout over the square field of view would have measured: coil images of
/// `kspace`
/// [..., C, H, W] (complex), centre-cropped along H to min(H, W) and transformed back; [..., C,
/// min(H, W), W].
///
/// W is never cropped, so a column mask [W] fits before and after, and masking commutes with this
/// crop; a mask over rows does not. Throws `Error` for k-space that is not complex.
torch::Tensor fov_crop(const torch::Tensor& kspace);

/// The crop for k-space with this mask, [W] or [H, W]: the one that is wanted for columns, none for
/// a 2-D mask, which would not fit the cropped k-space.
FovCrop effective_fov_crop(FovCrop wanted, const torch::Tensor& mask);

/// What the log is to say of a file whose mask forbids the crop that is wanted; nothing of others.
std::optional<std::string> fov_crop_note(const std::filesystem::path& file, FovCrop wanted,
                                         const torch::Tensor& mask);

/// A slice that was measured, and what is to become of it.
struct MeasuredSlice {
  torch::Tensor kspace;                // [C, H, W] complex64; may or may not be masked
  torch::Tensor mask;                  // bool [W] or [H, W]
  FovCrop fov_crop = FovCrop::square;  // what is wanted; see `effective_fov_crop`
  /// Changes the cropped k-space before it is masked, e.g. augments it; null: nothing does.
  std::function<torch::Tensor(const torch::Tensor& kspace)> change = nullptr;
};

/// The slice as a method of reconstruction takes it.
struct PreparedSlice {
  torch::Tensor full;    // [C, H, W] complex64, its field of view cropped
  torch::Tensor kspace;  // the same, masked

  /// Root sums of squares of the coil images, [H, W] float32: of `kspace`, and of `full`.
  torch::Tensor zero_filled() const;
  torch::Tensor target() const;
};

/// The one way from a file's k-space to training, reconstruction, tuning and scores. On the device
/// of its tensors.
PreparedSlice prepare_slice(const MeasuredSlice& slice);

/// The root sum of squares of the coil images of k-space [C, H, W]: [H, W].
torch::Tensor combined_image(const torch::Tensor& kspace);

}  // namespace dircn
