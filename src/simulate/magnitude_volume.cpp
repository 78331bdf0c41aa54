#include "simulate/magnitude_volume.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "dircn/core/error.h"
#include "dircn/core/text.h"
#include "simulate/plane_filters.h"

namespace dircn::simulation {
namespace {

constexpr double kBright = 0.99;      // quantile of what is not zero that becomes 1
constexpr double kShownArea = 0.06;   // of the largest plane's
constexpr double kLongest = 1.7;      // a pixel beside its width
constexpr double kThickest = 5;       // mm of a plane
constexpr double kGlaring = 100;      // far above any tissue, and within half precision
constexpr double kSmallestHead = 20;  // mm
constexpr double kLargestHead = 1000;

double bright_value(const torch::Tensor& values, const std::string& source) {
  constexpr int64_t kStep = 7;  // some tell as much as all
  const torch::Tensor some = values.flatten().slice(0, 0, values.numel(), kStep);
  const torch::Tensor positive = std::get<0>(some.masked_select(some > 0).sort());
  const int64_t count = positive.numel();
  require(count > 0, [&] {
    return Error::Parts{source, "no value above 0, or hardly any", "an image of a head",
                        "Choose another anatomy."};
  });
  return positive[static_cast<int64_t>(kBright * static_cast<double>(count - 1))].item<double>();
}

/// Coils, scalps and lesions are sized for heads.
bool is_of_a_heads_size(const Planes& planes) {
  return std::min(planes.height, planes.width) >= kSmallestHead &&
         std::max(planes.height, planes.width) <= kLargestHead;
}

/// The middle, from the middle of the profile [n], and the size of where it is true, in pixels.
std::pair<double, double> middle_and_size(const torch::Tensor& profile) {
  const torch::Tensor indices = profile.nonzero();
  const auto first = indices[0].item<double>();
  const auto last = indices[-1].item<double>();
  return {(first + last) / 2 - static_cast<double>(profile.size(0) - 1) / 2, last - first + 1};
}

}  // namespace

MagnitudeVolume::MagnitudeVolume(const std::string& source, const torch::Tensor& values,
                                 const std::array<double, 3>& spacing)
    : source_(source), spacing_(spacing) {
  require(torch::isfinite(values).all().item<bool>(), [&] {
    return Error::Parts{source, "NaN or Inf", "finite values", "Choose another anatomy."};
  });
  const torch::Tensor positive = values.clamp_min(0);
  const torch::Tensor scaled = (positive / bright_value(positive, source)).clamp_max(kGlaring);
  values_ = scaled.to(torch::kHalf);
  for (int64_t dim = 0; dim < 3; ++dim) {
    const auto at = static_cast<size_t>(dim);
    const double other = std::max(spacing[(at + 1) % 3], spacing[(at + 2) % 3]);
    const double least = std::min(spacing[(at + 1) % 3], spacing[(at + 2) % 3]);
    if (dim == 0 || other <= kLongest * least) {
      Axis axis = axis_of(dim, scaled);
      if (dim == 0 || is_of_a_heads_size(axis.geometry)) {
        axes_.push_back(std::move(axis));
      }
    }
  }
  const Planes& axial = axes_.front().geometry;
  require(is_of_a_heads_size(axial), [&] {
    return Error::Parts{source,
                        "something of " + significant(axial.width, 3) + " x " +
                            significant(axial.height, 3) + " mm",
                        "a head, of " + significant(kSmallestHead, 3) + " to " +
                            significant(kLargestHead, 4) + " mm",
                        "Correct the size of its voxels in its header (pixdim), in mm."};
  });
  skull_stripped_ = lacks_scalp(axes_.front());
  for (Axis& axis : axes_) {
    axis.geometry.skull_stripped = skull_stripped_;
  }
}

/// Rows run downwards from the front or the top, columns to the right or the front.
MagnitudeVolume::Axis MagnitudeVolume::axis_of(int64_t dim, const torch::Tensor& values) const {
  Axis axis;
  axis.dim = dim;
  const torch::Tensor something = values > kSomething;
  const torch::Tensor shadow = something.any(dim).flip({0});
  std::vector<int64_t> within = {0, 1, 2};
  within.erase(within.begin() + dim);
  const torch::Tensor area = something.to(torch::kFloat).mean(within);
  const torch::Tensor used = (area > kShownArea * area.max()).nonzero();
  for (int64_t i = 0; i < used.size(0); ++i) {
    axis.used.push_back(used[i].item<int64_t>());
  }
  const auto [row, height] = middle_and_size(shadow.any(1));
  const auto [column, width] = middle_and_size(shadow.any(0));
  Planes& geometry = axis.geometry;
  geometry.source = source_;
  geometry.row_spacing = spacing_[static_cast<size_t>(within[0])];
  geometry.column_spacing = spacing_[static_cast<size_t>(within[1])];
  geometry.height = height * geometry.row_spacing;
  geometry.width = width * geometry.column_spacing;
  geometry.row_centre = row * geometry.row_spacing;
  geometry.column_centre = column * geometry.column_spacing;
  return axis;
}

torch::Tensor MagnitudeVolume::plane(const Axis& axis, int64_t first, int64_t thickness) const {
  const int64_t inside = std::min(thickness, values_.size(axis.dim) - first);
  return values_.narrow(axis.dim, first, inside).to(torch::kFloat).mean(axis.dim).flip({0});
}

/// Below a scalp lies the skull, which is dark in every contrast: between 5 and 17 mm below the
/// outline there is a layer much darker than what lies around it.
bool MagnitudeVolume::lacks_scalp(const Axis& axial) const {
  constexpr double kFirst = 2;  // mm
  constexpr double kStep = 3;
  constexpr int64_t kLayers = 6;
  std::vector<double> sums(kLayers, 0);
  std::vector<double> counts(kLayers, 0);
  for (const double part : {0.45, 0.55, 0.65}) {
    const auto at = static_cast<int64_t>(part * static_cast<double>(values_.size(0)));
    const torch::Tensor image = plane(axial, at, 1);
    const torch::Tensor outline = filled_outline(image > kSomething);
    torch::Tensor inside = outline;
    for (int64_t layer = 0; layer < kLayers; ++layer) {
      const double depth = kFirst + kStep * static_cast<double>(layer);
      const torch::Tensor deeper = eroded_plane(
          outline, static_cast<int64_t>(std::lround(depth / axial.geometry.row_spacing)));
      const torch::Tensor ring = inside - deeper;
      sums[static_cast<size_t>(layer)] += (image * ring).sum().item<double>();
      counts[static_cast<size_t>(layer)] += ring.sum().item<double>();
      inside = deeper;
    }
  }
  double brightest = 0;
  for (size_t layer = 1; layer < sums.size(); ++layer) {
    const double mean = sums[layer] / std::max(counts[layer], 1.0);
    brightest = std::max(brightest, mean);
    if (mean < 0.75 * brightest) {
      return false;
    }
  }
  return sums[1] / std::max(counts[1], 1.0) > 0.45 * brightest;
}

Planes MagnitudeVolume::planes(RandomStream& random, int64_t count) const {
  const Axis& axis = axes_[static_cast<size_t>(random.below(static_cast<int64_t>(axes_.size())))];
  const double spacing = spacing_[static_cast<size_t>(axis.dim)];
  const auto thickest = std::max<int64_t>(1, std::lround(kThickest / spacing));
  const int64_t thickness = 1 + random.below(thickest);
  const auto used = static_cast<int64_t>(axis.used.size());
  const int64_t first = random.below(std::max<int64_t>(1, used - count * thickness + 1));
  Planes result = axis.geometry;
  for (int64_t i = 0; i < count; ++i) {
    const int64_t at = std::min(first + i * thickness, used - 1);
    result.images.push_back(plane(axis, axis.used[static_cast<size_t>(at)], thickness));
  }
  return result;
}

}  // namespace dircn::simulation
