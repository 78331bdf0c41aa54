#pragma once

#include <torch/types.h>

#include <filesystem>
#include <string>

namespace dircn {

/// The bytes of a PNG file of an 8-bit picture, uint8 [H, W] (grey) or [H, W, 3] (red, green,
/// blue). Throws `Error`, which names `subject`, for another shape or type.
std::string encode_png(const torch::Tensor& image, const std::string& subject);

/// Writes such a picture as a PNG file, which appears whole or not at all. Throws `Error` as above,
/// and if the file cannot be written.
void write_png(const std::filesystem::path& path, const torch::Tensor& image);

}  // namespace dircn
