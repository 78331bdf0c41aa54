#pragma once

#include <torch/types.h>

#include <cstdint>

namespace dircn {

/// Coil sensitivity maps as one picture in colours, uint8 [h, w, 3] (red, green, blue), on the CPU.
///
/// `maps` [C, H, W] complex. Each is a tile of a grid that is as wide as it is high, or one tile
/// wider or higher, filled row by row, with thin white gaps; places without a map are white.
/// Brightness is magnitude, relative to the largest of all tiles. Hue is phase: 0 is red, 2π/3
/// green, -2π/3 blue. Tiles are the maps averaged over areas, as complex numbers, so that no side
/// is longer than `edge` pixels; smaller maps stay as they are.
///
/// Throws `Error` if `maps` have another shape or type, or are empty, or `edge` is below 1.
torch::Tensor coil_mosaic(const torch::Tensor& maps, int64_t edge);

}  // namespace dircn
