#include "simulate/deformation.h"

#include <cmath>
#include <vector>

namespace dircn::simulation {
namespace {

constexpr double kMaxAngle = 0.2094;  // 12 degrees
constexpr double kMaxScale = 0.08;
constexpr int64_t kBendingPoints = 7;

}  // namespace

Deformation::Deformation(RandomStream& random)
    : angle_(random.uniform(-kMaxAngle, kMaxAngle)),
      scale_(random.uniform(1 - kMaxScale, 1 + kMaxScale)),
      mirror_(random.below(2) == 0 ? 1 : -1) {
  const torch::Tensor noise = random.normal({3, kBendingPoints, kBendingPoints});
  const torch::Tensor limits =
      torch::tensor({kMaxShift, kMaxShift, kMaxShiftZ}, torch::kFloat).view({3, 1, 1});
  bending_ = noise / noise.abs().amax({1, 2}, /*keepdim=*/true) * limits;
}

torch::Tensor Deformation::positions(int64_t size, double fov, double z) const {
  const torch::Tensor along = pixel_centres(size, fov);
  const torch::Tensor x = along.unsqueeze(0) / scale_;
  const torch::Tensor y = -along.unsqueeze(1) / scale_;
  const torch::Tensor shift = spread(bending_, size);
  const double cosine = std::cos(angle_);
  const double sine = std::sin(angle_);
  // Between its points the interpolation may pass them.
  return torch::stack({mirror_ * (cosine * x - sine * y) + shift[0].clamp(-kMaxShift, kMaxShift),
                       sine * x + cosine * y + shift[1].clamp(-kMaxShift, kMaxShift),
                       z + shift[2].clamp(-kMaxShiftZ, kMaxShiftZ)},
                      -1);
}

torch::Tensor pixel_centres(int64_t size, double fov) {
  const auto count = static_cast<double>(size);
  return (torch::arange(size, torch::kFloat) - (count - 1) / 2) * (fov / count);
}

torch::Tensor spread(const torch::Tensor& coarse, int64_t rows, int64_t columns) {
  const bool plane = coarse.dim() == 2;
  const torch::Tensor channels = plane ? coarse.unsqueeze(0) : coarse;
  const torch::Tensor fine = torch::upsample_bicubic2d(channels.unsqueeze(0), {rows, columns},
                                                       /*align_corners=*/true)[0];
  return plane ? fine[0] : fine;
}

}  // namespace dircn::simulation
