#pragma once

#include <torch/types.h>

#include <filesystem>

namespace dircn {

/// Arrays of BART, the Berkeley Advanced Reconstruction Toolbox: NAME.hdr, a text with the sizes,
/// and NAME.cfl, the values as complex64 (little-endian), of which the first dimension is
/// contiguous. So a tensor's dimensions are BART's in the opposite order: [C, 1, H, W] is (W, H, 1,
/// C), what BART calls readout, phase, second phase, and coils.

/// Writes `values` (any number type, rank 1 to 16) to `name`.hdr and `name`.cfl. Throws `Error` if
/// they cannot be written.
void write_cfl(const std::filesystem::path& name, const torch::Tensor& values);

/// Reads an array of a known shape: complex64 of these `sizes`, to which BART's dimensions of size
/// 1 at the end may be missing. Throws `Error`, naming the file, where it is missing, of another
/// shape or too short.
torch::Tensor read_cfl(const std::filesystem::path& name, torch::IntArrayRef sizes);

}  // namespace dircn
