#include "simulate/lesion.h"

#include <algorithm>
#include <cmath>

#include "dircn/core/numbers.h"
#include "simulate/deformation.h"

namespace dircn::simulation {
namespace {

constexpr int64_t kMargin = 2;  // pixels around a box

struct Range {
  int64_t first;
  int64_t last;
};

/// Where `filled` [n] is true, with the margin, in an image of `label` pixels cropped, or padded,
/// around the same centre. Empty where first > last.
Range range_of(const torch::Tensor& filled, int64_t label) {
  const torch::Tensor indices = filled.nonzero();
  const int64_t difference = filled.size(0) - label;
  const int64_t offset = difference >= 0 ? difference / 2 : -(-difference / 2);
  return {std::max<int64_t>(indices[0].item<int64_t>() - offset - kMargin, 0),
          std::min<int64_t>(indices[-1].item<int64_t>() - offset + kMargin, label - 1)};
}

}  // namespace

Lesion Lesion::shaped(RandomStream& random) {
  Lesion lesion;
  lesion.radius = random.uniform(2.5, 7);
  lesion.other_radius = lesion.radius * random.uniform(0.6, 1);
  lesion.radius_z = random.uniform(3, 7);
  lesion.angle = random.uniform(0, kPi);
  lesion.phase = random.uniform(0, 2 * kPi);
  return lesion;
}

torch::Tensor Lesion::weight(int64_t size, double fov, double z_of_slice) const {
  const double up = (z_of_slice - z) / radius_z;
  if (std::abs(up) >= 1) {
    return torch::zeros({size, size});
  }
  const double part = std::sqrt(1 - up * up);  // of its radii, that this slice meets
  const torch::Tensor along = pixel_centres(size, fov);
  const torch::Tensor x = along.unsqueeze(0) - column;
  const torch::Tensor y = along.unsqueeze(1) - row;
  const torch::Tensor u = (std::cos(angle) * x + std::sin(angle) * y) / (part * radius);
  const torch::Tensor v = (std::cos(angle) * y - std::sin(angle) * x) / (part * other_radius);
  const torch::Tensor around = torch::atan2(v, u);
  const torch::Tensor outline = 1 + 0.14 * torch::cos(2 * around + phase) +
                                0.10 * torch::cos(3 * around - 2 * phase) +
                                0.05 * torch::cos(7 * around + 3 * phase);
  const torch::Tensor distance = torch::sqrt(u.square() + v.square());
  constexpr double kEdge = 0.12;
  return torch::sigmoid((outline - distance) / kEdge);
}

std::optional<Box> box_around(const torch::Tensor& weight, int64_t label) {
  const torch::Tensor filled = weight > 0.5;
  if (!filled.any().item<bool>()) {
    return std::nullopt;
  }
  const Range rows = range_of(filled.any(1), label);
  const Range columns = range_of(filled.any(0), label);
  if (rows.first > rows.last || columns.first > columns.last) {
    return std::nullopt;
  }
  return Box{columns.first, rows.first, columns.last - columns.first + 1,
             rows.last - rows.first + 1, "lesion"};
}

}  // namespace dircn::simulation
