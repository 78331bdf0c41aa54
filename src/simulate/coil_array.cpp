#include "simulate/coil_array.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "dircn/core/numbers.h"
#include "simulate/deformation.h"

namespace dircn::simulation {
namespace {

constexpr double kLowest = -0.55;  // sine of the elevation of the lowest coils
constexpr double kHighest = 0.85;
constexpr int64_t kMapPoints = 40;  // along each side of a slice
constexpr int64_t kSegments = 24;   // of a loop
constexpr double kWire = 5;         // mm: keeps the field finite at the conductor

torch::Tensor normalized(const torch::Tensor& vectors) {
  return vectors / vectors.norm(2, {1}, /*keepdim=*/true);
}

/// Directions [C, 3] from the centre of the helmet: a spiral upwards with the golden angle.
torch::Tensor directions(int64_t coils, double turn, RandomStream& random) {
  std::vector<torch::Tensor> rows;
  const auto count = static_cast<double>(coils);
  for (int64_t i = 0; i < coils; ++i) {
    const double part = (static_cast<double>(i) + 0.5 + random.uniform(-0.1, 0.1)) / count;
    const double sine = kLowest + (kHighest - kLowest) * part;
    const double cosine = std::sqrt(1 - sine * sine);
    const double azimuth =
        kPi * (3 - std::sqrt(5.0)) * static_cast<double>(i) + random.uniform(-0.08, 0.08) + turn;
    rows.push_back(torch::tensor({cosine * std::cos(azimuth), cosine * std::sin(azimuth), sine},
                                 torch::kDouble));
  }
  return torch::stack(rows);
}

/// The radius at which the loops' discs cover their part of the helmet, and overlap a little.
double loop_radius(int64_t coils, const Helmet& helmet) {
  const double mean = std::cbrt(helmet.x * helmet.y * helmet.z);
  const double touching = mean * std::sqrt(2 * (kHighest - kLowest) / static_cast<double>(coils));
  return std::min(1.1 * touching, 0.8 * mean);
}

torch::Tensor noise_mixing(const torch::Tensor& centres, double radius) {
  const torch::Tensor between = centres.unsqueeze(0) - centres.unsqueeze(1);
  const torch::Tensor distance = between.square().sum(-1).sqrt();
  return torch::linalg_cholesky(torch::exp(-distance / radius));
}

}  // namespace

CoilArray::CoilArray(int64_t coils, const Helmet& helmet, RandomStream& random)
    : radius_(loop_radius(coils, helmet)) {
  const torch::Tensor axes = torch::tensor({helmet.x, helmet.y, helmet.z}, torch::kDouble);
  const torch::Tensor outward = directions(coils, helmet.turn, random);
  centres_ = outward * axes;
  normals_ = normalized(outward / axes);
  mixing_ = noise_mixing(centres_, radius_);
  const torch::Tensor centre = field(torch::zeros({1, 3}, torch::kDouble));
  gain_ = 1 / centre.abs().square().sum().sqrt().item<double>();
}

torch::Tensor CoilArray::field(const torch::Tensor& points) const {
  const torch::Tensor helper = torch::tensor({1e-3, 0.0, 1.0}, torch::kDouble).expand_as(normals_);
  const torch::Tensor first = normalized(torch::cross(helper, normals_, 1));
  const torch::Tensor second = torch::cross(normals_, first, 1);
  torch::Tensor bx = torch::zeros({centres_.size(0), points.size(0)}, torch::kDouble);
  torch::Tensor by = torch::zeros_like(bx);
  for (int64_t segment = 0; segment < kSegments; ++segment) {
    const double angle = 2 * kPi * (static_cast<double>(segment) + 0.5) / kSegments;
    const double cosine = std::cos(angle);
    const double sine = std::sin(angle);
    const torch::Tensor wire = centres_ + radius_ * (cosine * first + sine * second);
    const torch::Tensor current = (cosine * second - sine * first).unsqueeze(1);
    const torch::Tensor towards = points.unsqueeze(0) - wire.unsqueeze(1);
    const torch::Tensor weight = (towards.square().sum(-1) + kWire * kWire).pow(-1.5);
    const auto product = [&](int64_t a, int64_t b) {
      return current.select(2, a) * towards.select(2, b) * weight;
    };
    bx += product(1, 2) - product(2, 1);
    by += product(2, 0) - product(0, 2);
  }
  return torch::complex(bx, -by);
}

torch::Tensor CoilArray::maps(const SliceView& view, double z) const {
  const auto along = [](int64_t size, double extent) {
    const torch::Tensor centres = pixel_centres(size, extent).to(torch::kDouble);
    return torch::linspace(centres[0].item<double>(), centres[-1].item<double>(), kMapPoints,
                           torch::kDouble);
  };
  const torch::Tensor x =
      along(view.columns, view.width).unsqueeze(0).expand({kMapPoints, kMapPoints});
  const torch::Tensor y =
      along(view.rows, view.height).unsqueeze(1).expand({kMapPoints, kMapPoints});
  const torch::Tensor points = torch::stack({x, -y, torch::full_like(x, z)}, -1).view({-1, 3});
  const torch::Tensor coarse =
      (field(points) * gain_).to(torch::kComplexFloat).view({-1, kMapPoints, kMapPoints});
  return torch::complex(spread(torch::real(coarse).contiguous(), view.rows, view.columns),
                        spread(torch::imag(coarse).contiguous(), view.rows, view.columns));
}

/// Coil by coil instead of as one matrix product: a library's product may depend on its threads.
torch::Tensor CoilArray::correlated(const torch::Tensor& noise) const {
  torch::Tensor result = torch::zeros_like(noise);
  for (int64_t coil = 0; coil < noise.size(0); ++coil) {
    for (int64_t source = 0; source <= coil; ++source) {
      torch::view_as_real(result[coil])
          .add_(torch::view_as_real(noise[source]), mixing_[coil][source].item<double>());
    }
  }
  return result;
}

}  // namespace dircn::simulation
