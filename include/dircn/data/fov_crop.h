#pragma once

#include <torch/types.h>

#include <filesystem>
#include <optional>
#include <string>

#include "dircn/config/config.h"

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

}  // namespace dircn
