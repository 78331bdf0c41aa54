#include "simulate/varied_object.h"

#include <algorithm>
#include <cmath>

#include "dircn/core/numbers.h"
#include "dircn/mri/crop.h"
#include "dircn/mri/fft.h"
#include "simulate/deformation.h"
#include "simulate/lesion.h"
#include "simulate/plane_filters.h"
#include "simulate/scalp.h"
#include "simulate/tone_curve.h"

namespace dircn::simulation {
namespace {

constexpr int64_t kFiner = 2;  // the object is drawn so many times finer than it is scanned

/// Where a plane's points lie in a scan.
struct Pose {
  double angle;
  double zoom_rows;
  double zoom_columns;
  double shift_row;  // mm
  double shift_column;
  torch::Tensor bending;  // [2, n, n] mm
  int64_t quarter_turns;
  bool mirrored;
};

Pose random_pose(const Planes& planes, bool turned, RandomStream& random) {
  Pose pose;
  const bool straight = random.uniform(0, 1) < 0.8;
  pose.angle = random.uniform(-1, 1) * (straight ? 0.2 : kPi / 4);
  const double zoom = random.uniform(0.92, 1.05);
  const double stretch = random.uniform(0.95, 1.05);
  pose.zoom_rows = zoom * stretch;
  pose.zoom_columns = zoom / stretch;
  pose.shift_row = random.uniform(-0.03, 0.03) * planes.height;
  pose.shift_column = random.uniform(-0.03, 0.03) * planes.width;
  const double bending = random.uniform(0, 3);  // mm
  pose.bending = bending * random.normal({2, 6, 6}).clamp(-2, 2);
  pose.quarter_turns = (turned ? 1 : 0) + (random.below(5) == 0 ? 2 : 0);
  pose.mirrored = random.below(2) == 0;
  return pose;
}

/// The point of the plane, in mm from the middle of the body, that each fine pixel shows, as
/// `grid_sampler` wants it.
torch::Tensor sampling_grid(const Planes& planes, const Pose& pose, const SliceView& fine) {
  const torch::Tensor bending = spread(pose.bending, fine.rows, fine.columns);
  torch::Tensor down = pixel_centres(fine.rows, fine.height).unsqueeze(1) / pose.zoom_rows;
  torch::Tensor right = pixel_centres(fine.columns, fine.width).unsqueeze(0) / pose.zoom_columns;
  const double angle = pose.angle + static_cast<double>(pose.quarter_turns) * kPi / 2;
  const torch::Tensor row = std::cos(angle) * down - std::sin(angle) * right + bending[0] +
                            (planes.row_centre + pose.shift_row);
  const torch::Tensor column =
      (std::sin(angle) * down + std::cos(angle) * right + bending[1]) * (pose.mirrored ? -1 : 1) +
      (planes.column_centre + pose.shift_column);
  const auto half = [](int64_t size, double spacing) {
    return static_cast<double>(size - 1) / 2 * spacing;
  };
  const torch::Tensor& image = planes.images.front();
  return torch::stack({column / half(image.size(1), planes.column_spacing),
                       row / half(image.size(0), planes.row_spacing)},
                      -1)
      .unsqueeze(0);
}

torch::Tensor sampled(const torch::Tensor& image, const torch::Tensor& grid) {
  constexpr int64_t kCubic = 2;
  constexpr int64_t kZeroOutside = 0;
  return torch::grid_sampler(image.unsqueeze(0).unsqueeze(0), grid, kCubic, kZeroOutside,
                             /*align_corners=*/true)[0][0]
      .clamp_min(0);
}

/// Spots, bright or dark, somewhere in tissue.
void add_lesions(Planes& planes, RandomStream& random) {
  constexpr int64_t kMost = 5;
  const int64_t count = 1 + random.below(kMost);
  for (int64_t i = 0; i < count; ++i) {
    Lesion lesion = Lesion::shaped(random);
    const double size = random.uniform(0.25, 1);
    lesion.radius *= size;
    lesion.other_radius *= size;
    lesion.row = planes.row_centre + random.uniform(-0.4, 0.4) * planes.height;
    lesion.column = planes.column_centre + random.uniform(-0.4, 0.4) * planes.width;
    const double signal = random.uniform(0, 1.2);
    for (torch::Tensor& image : planes.images) {
      const int64_t edge = std::max(image.size(0), image.size(1));
      const torch::Tensor weight = center_crop_or_pad(
          lesion.weight(edge, static_cast<double>(edge) * planes.row_spacing, lesion.z),
          image.size(0), image.size(1));
      image = image + (signal - image) * weight * (image > 0.1);
    }
  }
}

/// The receive and transmit fields' part that all coils share.
torch::Tensor shading(const SliceView& view, RandomStream& random) {
  const double depth = random.uniform(0, 0.3);
  return torch::exp(depth * spread(random.normal({4, 4}), view.rows, view.columns));
}

/// A slope along each axis, as of an echo that comes some samples early or late.
torch::Tensor slope(const SliceView& view, RandomStream& random) {
  constexpr double kSamples = 2;
  const auto along = [&](int64_t size) {
    return torch::linspace(-kPi, kPi, size) * random.uniform(-kSamples, kSamples);
  };
  const torch::Tensor down = along(view.rows);
  return down.unsqueeze(1) + along(view.columns);
}

/// Smooth, of random strength (half of the scans are as if of spin echoes, the others of gradient
/// echoes, whose phase may turn some times across the head), and steeper where air begins.
torch::Tensor phase(const torch::Tensor& object, const SliceView& view, RandomStream& random) {
  constexpr double kSpinEcho = 2.5;
  constexpr double kGradientEcho = 6.5;
  const int64_t points = 3 + random.below(4);
  const double strength = random.below(2) == 0 ? random.uniform(0, kSpinEcho)
                                               : random.uniform(kSpinEcho, kGradientEcho);
  const torch::Tensor slanted = slope(view, random);
  const torch::Tensor smooth =
      slanted + strength * spread(random.normal({points, points}), view.rows, view.columns);
  constexpr double kReach = 5;  // mm
  const auto radius =
      std::max<int64_t>(1, std::lround(kReach * static_cast<double>(view.rows) / view.height));
  const torch::Tensor air = (object < 0.06).to(torch::kFloat);
  return smooth + random.uniform(-2, 2) * blurred_plane(blurred_plane(air, radius), radius / 2 + 1);
}

/// Fat's signal, moved along the readout.
torch::Tensor with_shifted_fat(const torch::Tensor& object, const torch::Tensor& fat,
                               int64_t pixels) {
  const torch::Tensor bright = object * fat;
  return object - bright + torch::roll(bright, {pixels}, {0});
}

/// A fine image as a scan of the plan's matrix shows it: its k-space cut to the centre.
torch::Tensor at_resolution(const torch::Tensor& fine, int64_t rows, int64_t columns) {
  const torch::Tensor kspace = fft2c(fine);
  const torch::Tensor centre = window(window(kspace, -2, fine.size(0) / 2 - rows / 2, rows), -1,
                                      fine.size(1) / 2 - columns / 2, columns);
  return ifft2c(centre) / static_cast<double>(kFiner);
}

}  // namespace

void vary_contrast(Planes& planes, RandomStream& random) {
  if (planes.skull_stripped && random.uniform(0, 1) < 0.75) {
    add_scalp(planes, random);
  }
  if (random.uniform(0, 1) < 0.35) {
    add_lesions(planes, random);
  }
  const ToneCurve tone(random);
  for (torch::Tensor& image : planes.images) {
    image = tone(image);
  }
}

std::vector<torch::Tensor> magnetisation(const Planes& planes, const ScanPlan& plan, bool turned,
                                         RandomStream& random) {
  const SliceView view = plan.view();
  const SliceView fine{kFiner * view.rows, kFiner * view.columns, view.height, view.width};
  const Pose pose = random_pose(planes, turned, random);
  const torch::Tensor grid = sampling_grid(planes, pose, fine);
  const torch::Tensor uneven = shading(fine, random);
  constexpr int64_t kFurthest = 6;  // fine pixels that fat moves
  const int64_t shift = random.below(2) == 0 ? 0 : random.below(2 * kFurthest + 1) - kFurthest;
  const double depth = random.uniform(3, 9);
  torch::Tensor turns;
  std::vector<torch::Tensor> result;
  for (const torch::Tensor& image : planes.images) {
    torch::Tensor object = sampled(image, grid);
    if (shift != 0) {
      object =
          with_shifted_fat(object, sampled(rim(image, depth, planes.row_spacing), grid), shift);
    }
    if (!turns.defined()) {
      turns = phase(object, fine, random);
    }
    result.push_back(at_resolution(torch::polar(object * uneven, turns), view.rows, view.columns));
  }
  return result;
}

}  // namespace dircn::simulation
