#include "simulate/dead_leaves.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "dircn/core/numbers.h"
#include "simulate/deformation.h"

namespace dircn::simulation {
namespace {

constexpr int64_t kSize = 352;     // pixels
constexpr double kSpacing = 0.75;  // mm
constexpr double kSmallest = 3;    // radius in pixels
constexpr double kLargest = 90;
constexpr int64_t kLeaves = 3000;

/// A leaf: what lies within its radius, which may depend on the direction.
struct Leaf {
  double row;
  double column;
  double radius;
  double stretch;  // of its other axis
  double angle;
  int64_t corners;  // 0: round
  float grey;
  float slope_row;  // of the grey
  float slope_column;
};

Leaf random_leaf(RandomStream& random) {
  Leaf leaf;
  leaf.row = random.uniform(0, kSize);
  leaf.column = random.uniform(0, kSize);
  // Density r^-3 between the two.
  const double u = random.uniform(0, 1);
  leaf.radius = 1 / std::sqrt(1 / (kSmallest * kSmallest) +
                              u * (1 / (kLargest * kLargest) - 1 / (kSmallest * kSmallest)));
  leaf.stretch = random.uniform(0.3, 1);
  leaf.angle = random.uniform(0, kPi);
  leaf.corners = random.below(2) == 0 ? 0 : 3 + random.below(4);
  leaf.grey = static_cast<float>(random.uniform(0.05, 1));
  leaf.slope_row = static_cast<float>(random.uniform(-0.15, 0.15) / leaf.radius);
  leaf.slope_column = static_cast<float>(random.uniform(-0.15, 0.15) / leaf.radius);
  return leaf;
}

/// How much of a pixel at (x, y) from its middle it covers.
float covered(const Leaf& leaf, double x, double y) {
  const double cosine = std::cos(leaf.angle);
  const double sine = std::sin(leaf.angle);
  const double u = cosine * x + sine * y;
  const double v = (cosine * y - sine * x) / leaf.stretch;
  double distance = std::sqrt(u * u + v * v);
  if (leaf.corners > 0) {
    const double sector = 2 * kPi / static_cast<double>(leaf.corners);
    const double within = std::remainder(std::atan2(v, u), sector);
    distance *= std::cos(within);
  }
  const double edge = (leaf.radius - distance) * leaf.stretch + 0.5;  // of a pixel's width
  return static_cast<float>(std::min(std::max(edge, 0.0), 1.0));
}

void paint(const Leaf& leaf, float* image) {
  const double reach = leaf.corners > 0 ? 2.1 * leaf.radius : leaf.radius + 1;
  const auto low = [&](double at) { return std::max<int64_t>(0, std::lround(at - reach)); };
  const auto high = [&](double at) {
    return std::min<int64_t>(kSize, std::lround(at + reach) + 1);
  };
  for (int64_t row = low(leaf.row); row < high(leaf.row); ++row) {
    for (int64_t column = low(leaf.column); column < high(leaf.column); ++column) {
      const double y = static_cast<double>(row) - leaf.row;
      const double x = static_cast<double>(column) - leaf.column;
      const float part = covered(leaf, x, y);
      float& pixel = image[row * kSize + column];
      const float value = leaf.grey + leaf.slope_row * static_cast<float>(y) +
                          leaf.slope_column * static_cast<float>(x);
      pixel += (std::max(value, 0.0F) - pixel) * part;
    }
  }
}

/// 1 within a wobbling ellipse of this size, 0 outside.
torch::Tensor outline(double height, double width, RandomStream& random) {
  const torch::Tensor along = pixel_centres(kSize, kSize * kSpacing);
  const torch::Tensor y = along.unsqueeze(1) / (height / 2);
  const torch::Tensor x = along.unsqueeze(0) / (width / 2);
  const torch::Tensor around = torch::atan2(y, x);
  torch::Tensor radius = torch::sqrt(x.square() + y.square());
  for (const int64_t bulges : {2, 3, 5, 9}) {
    const double size = random.uniform(-0.06, 0.06);
    const double turn = random.uniform(0, 2 * kPi);
    radius = radius + size * torch::cos(static_cast<double>(bulges) * around + turn);
  }
  return torch::sigmoid((1 - radius) * 100);
}

}  // namespace

Planes dead_leaves(RandomStream& random, int64_t count) {
  Planes planes;
  planes.source = "dead leaves";
  planes.row_spacing = kSpacing;
  planes.column_spacing = kSpacing;
  const bool whole = random.below(5) == 0;  // no air around
  planes.height = whole ? kSize * kSpacing : random.uniform(170, 230);
  planes.width = whole ? kSize * kSpacing : random.uniform(130, 200);
  for (int64_t i = 0; i < count; ++i) {
    torch::Tensor image = torch::full({kSize, kSize}, random.uniform(0.05, 1), torch::kFloat);
    for (int64_t leaf = 0; leaf < kLeaves; ++leaf) {
      paint(random_leaf(random), image.data_ptr<float>());
    }
    const double grain = random.uniform(0, 0.05);
    image = image * (1 + grain * random.normal({kSize, kSize}));
    planes.images.push_back(whole ? image : image * outline(planes.height, planes.width, random));
  }
  return planes;
}

}  // namespace dircn::simulation
