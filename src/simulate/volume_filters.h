#pragma once

#include <torch/types.h>

#include <array>
#include <cstdint>

namespace dircn::simulation {

/// `volume` [Z, Y, X] in voxels of about 2 mm, in which masks are worked on; of the same extent.
torch::Tensor coarse(const torch::Tensor& volume, const std::array<double, 3>& spacing);

/// `volume` brought to another number of voxels of the same extent.
torch::Tensor resized(const torch::Tensor& volume, torch::IntArrayRef shape);

/// The largest, and the smallest, value within `radius` voxels along every axis.
torch::Tensor dilated(const torch::Tensor& volume, int64_t radius);
torch::Tensor eroded(const torch::Tensor& volume, int64_t radius);

/// 0 below `low`, 1 above `high`, and smooth between.
torch::Tensor smooth_step(const torch::Tensor& values, double low, double high);

}  // namespace dircn::simulation
