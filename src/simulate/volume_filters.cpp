#include "simulate/volume_filters.h"

#include <cmath>
#include <vector>

namespace dircn::simulation {

torch::Tensor coarse(const torch::Tensor& volume, const std::array<double, 3>& spacing) {
  constexpr double kCoarseSpacing = 2;
  std::vector<int64_t> shape;
  for (size_t axis = 0; axis < spacing.size(); ++axis) {
    const double extent =
        static_cast<double>(volume.size(static_cast<int64_t>(axis)) - 1) * spacing[axis];
    shape.push_back(static_cast<int64_t>(std::round(extent / kCoarseSpacing)) + 1);
  }
  return resized(volume, shape);
}

torch::Tensor resized(const torch::Tensor& volume, torch::IntArrayRef shape) {
  return torch::upsample_trilinear3d(volume.unsqueeze(0).unsqueeze(0), shape,
                                     /*align_corners=*/true)[0][0];
}

torch::Tensor dilated(const torch::Tensor& volume, int64_t radius) {
  torch::Tensor result = volume.unsqueeze(0);
  for (size_t axis = 0; axis < 3; ++axis) {
    std::vector<int64_t> kernel(3, 1);
    std::vector<int64_t> padding(3, 0);
    kernel[axis] = 2 * radius + 1;
    padding[axis] = radius;
    result = torch::max_pool3d(result, kernel, /*stride=*/1, padding);
  }
  return result[0];
}

torch::Tensor eroded(const torch::Tensor& volume, int64_t radius) {
  return -dilated(-volume, radius);
}

torch::Tensor smooth_step(const torch::Tensor& values, double low, double high) {
  const torch::Tensor t = ((values - low) / (high - low)).clamp_(0, 1);
  return t * t * (3 - 2 * t);
}

}  // namespace dircn::simulation
