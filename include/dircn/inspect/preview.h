#pragma once

#include <torch/types.h>

#include <cstdint>
#include <filesystem>
#include <optional>

#include "dircn/config/config.h"

namespace dircn {

/// One slice of an HDF5 file as a grey picture, uint8 [h, w]: of k-space the root sum of squares of
/// the zero-filled coil images, with the mask beside it (sampled columns or points are white); of
/// other files the image. Grey values run from 0 to the image's 99.8th percentile. `slice`: none is
/// the middle one. Throws `Error` if the file is not HDF5, has neither k-space nor images,
/// or no such slice.
torch::Tensor preview_picture(const std::filesystem::path& path, std::optional<int64_t> slice,
                              const DataConfig& config = {});

}  // namespace dircn
