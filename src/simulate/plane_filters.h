#pragma once

#include <torch/types.h>

#include <cstdint>

namespace dircn::simulation {

/// Whatever of `something` (bool [h, w]) has some of it on all four sides, along its row and its
/// column: 1, else 0; float32. An outline without holes.
torch::Tensor filled_outline(const torch::Tensor& something);

/// A plane [h, w] of zeros and ones, wider or narrower by `radius` pixels.
torch::Tensor dilated_plane(const torch::Tensor& plane, int64_t radius);
torch::Tensor eroded_plane(const torch::Tensor& plane, int64_t radius);

/// The mean over a square of `2 * radius + 1` pixels; zero lies around the plane.
torch::Tensor blurred_plane(const torch::Tensor& plane, int64_t radius);

}  // namespace dircn::simulation
