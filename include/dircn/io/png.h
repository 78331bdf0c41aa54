#pragma once

#include <torch/types.h>

#include <filesystem>

namespace dircn {

/// Writes an 8-bit picture, uint8 [H, W] (grey) or [H, W, 3] (red, green, blue), as a PNG file,
/// which appears whole or not at all. Throws `Error` for another shape or type, and if the file
/// cannot be written.
void write_png(const std::filesystem::path& path, const torch::Tensor& image);

}  // namespace dircn
