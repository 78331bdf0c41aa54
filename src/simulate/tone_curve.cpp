#include "simulate/tone_curve.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace dircn::simulation {
namespace {

constexpr double kBrightest = 1.3;  // whatever is brighter counts as that
constexpr double kAir = 0.10;       // below that nothing but air, and edges
constexpr int64_t kPoints = 130;

double smooth(double t) {
  return t * t * (3 - 2 * t);
}

/// Through random values at equal distances, smoothly.
std::vector<double> wandering(RandomStream& random) {
  std::vector<double> knots;
  const int64_t count = 4 + random.below(4);
  for (int64_t i = 0; i < count; ++i) {
    knots.push_back(random.uniform(0.05, 1));
  }
  std::vector<double> values;
  for (int64_t i = 0; i < kPoints; ++i) {
    const double at = static_cast<double>(i) / (kPoints - 1) * static_cast<double>(count - 1);
    const auto below = std::min(static_cast<int64_t>(at), count - 2);
    const double part = smooth(at - static_cast<double>(below));
    const auto knot = static_cast<size_t>(below);
    values.push_back(knots[knot] + (knots[knot + 1] - knots[knot]) * part);
  }
  return values;
}

/// A power, upwards or (exchanging bright and dark) downwards.
std::vector<double> power(double exponent, bool falls) {
  std::vector<double> values;
  for (int64_t i = 0; i < kPoints; ++i) {
    const double grey = static_cast<double>(i) / (kPoints - 1);
    values.push_back(std::pow(falls ? 1.02 - grey : grey, exponent));
  }
  return values;
}

std::vector<double> random_curve(RandomStream& random) {
  const double kind = random.uniform(0, 1);
  const double exponent = std::exp(random.uniform(-0.6, 0.6));
  if (kind < 0.45) {
    return power(exponent, /*falls=*/false);
  }
  return kind < 0.65 ? power(exponent, /*falls=*/true) : wandering(random);
}

}  // namespace

ToneCurve::ToneCurve(RandomStream& random) {
  const std::vector<double> curve = random_curve(random);
  values_ = torch::empty({kPoints}, torch::kFloat);
  for (int64_t i = 0; i < kPoints; ++i) {
    const double grey = static_cast<double>(i) / (kPoints - 1) * kBrightest;
    const double tissue = smooth(std::min(grey / kAir, 1.0));
    values_[i] = tissue * curve[static_cast<size_t>(i)];
  }
}

torch::Tensor ToneCurve::operator()(const torch::Tensor& image) const {
  const torch::Tensor at = (image * ((kPoints - 1) / kBrightest)).clamp(0, kPoints - 1.001);
  const torch::Tensor below = at.floor();
  const torch::Tensor index = below.to(torch::kLong).flatten();
  const torch::Tensor low = values_.index_select(0, index).view(image.sizes());
  const torch::Tensor high = values_.index_select(0, index + 1).view(image.sizes());
  return torch::lerp(low, high, at - below);
}

}  // namespace dircn::simulation
