#include "data/augmentation.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "dircn/core/error.h"
#include "dircn/core/numbers.h"
#include "dircn/data/random_draws.h"

namespace dircn {
namespace {

constexpr double kSteepness = 5;  // of the exponential schedule
constexpr int64_t kBicubic = 2;   // LibTorch's numbers for grid_sampler
constexpr int64_t kReflection = 2;
constexpr bool kAlignCorners = false;  // -1 and 1 are the edges of the outermost pixels

/// Every transform takes its numbers whether it happens or not: what is drawn for one does not
/// depend on the weights of the others.
class Draws {
 public:
  Draws(double probability, std::mt19937_64& random) : probability_(probability), random_(random) {}

  bool happens(double weight) { return draw_uniform(random_) < probability_ * weight; }
  double within(double most) { return most * (2 * draw_uniform(random_) - 1); }
  int64_t below(uint64_t bound) { return static_cast<int64_t>(draw_below(random_, bound)); }

 private:
  double probability_;
  std::mt19937_64& random_;
};

double radians(double degrees) {
  return degrees * kPi / 180;
}

/// Offsets of an axis' pixels from the image's middle, less a shift in parts of its length.
torch::Tensor offsets(int64_t size, double shift) {
  const auto length = static_cast<double>(size);
  return torch::arange(size, torch::kDouble) - ((length - 1) / 2 + shift * length);
}

/// Where the pixels of the result come from: [1, H, W, 2], (column, row) from the middle, in halves
/// of the edges. Elementwise, so that the number of threads does not change its bits.
torch::Tensor source_of_pixels(const AugmentationDraw& draw, int64_t height, int64_t width) {
  const double cosine = std::cos(draw.rotation);
  const double sine = std::sin(draw.rotation);
  const double a = std::tan(draw.shear_columns);
  const double b = std::tan(draw.shear_rows);
  // On (column, row), forwards: a zoom, [1 0; b 1], [1 a; 0 1] and then the rotation
  // [cosine sine; -sine cosine] (rows count downwards). Here the last is undone first.
  const torch::Tensor right = offsets(width, draw.shift_columns).unsqueeze(0);
  const torch::Tensor down = offsets(height, draw.shift_rows).unsqueeze(1);
  const torch::Tensor row = right * sine + down * cosine;
  const torch::Tensor column = right * cosine - down * sine - row * a;
  return torch::stack({column * (2 / (draw.zoom * static_cast<double>(width))),
                       (row - column * b) * (2 / (draw.zoom * static_cast<double>(height)))},
                      -1)
      .unsqueeze(0);
}

torch::Tensor warp(const torch::Tensor& coil_images, const AugmentationDraw& draw) {
  const int64_t coils = coil_images.size(0);
  const int64_t height = coil_images.size(1);
  const int64_t width = coil_images.size(2);
  const torch::Tensor parts =
      torch::view_as_real(coil_images).permute({0, 3, 1, 2}).reshape({1, 2 * coils, height, width});
  const torch::Tensor grid = source_of_pixels(draw, height, width).to(parts.options());
  const torch::Tensor warped =
      torch::grid_sampler(parts, grid, kBicubic, kReflection, kAlignCorners);
  return torch::view_as_complex(
      warped.view({coils, 2, height, width}).permute({0, 2, 3, 1}).contiguous());
}

}  // namespace

bool AugmentationDraw::moves_pixels() const {
  return flip_rows || flip_columns || quarter_turns != 0;
}

bool AugmentationDraw::interpolates() const {
  return rotation != 0 || shift_rows != 0 || shift_columns != 0 || zoom != 1 || shear_rows != 0 ||
         shear_columns != 0;
}

double augmentation_probability(const AugmentationConfig& config, int64_t epoch, int64_t epochs) {
  const double progress =
      std::min(static_cast<double>(epoch) / static_cast<double>(std::max<int64_t>(epochs, 1)), 1.0);
  switch (config.schedule) {
    case AugmentationSchedule::constant:
      return config.probability;
    case AugmentationSchedule::linear:
      return config.probability * progress;
    case AugmentationSchedule::exponential:
      break;
  }
  return config.probability * std::expm1(-kSteepness * progress) / std::expm1(-kSteepness);
}

AugmentationDraw draw_augmentation(const AugmentationConfig& config, double probability,
                                   bool square, std::mt19937_64& random) {
  Draws draws(probability, random);
  AugmentationDraw draw;
  draw.flip_rows = draws.happens(config.flips);
  draw.flip_columns = draws.happens(config.flips);
  const bool turns = draws.happens(config.right_angles);
  const int64_t quarters = 1 + draws.below(3);
  const bool rotates = draws.happens(config.rotation);
  const double angle = draws.within(radians(config.max_rotation));
  const bool shifts = draws.happens(config.translation);
  const double down = draws.within(config.max_translation);
  const double right = draws.within(config.max_translation);
  const bool zooms = draws.happens(config.scaling);
  const double growth = draws.within(config.max_scaling);
  const bool shears = draws.happens(config.shear);
  const double shear_rows = draws.within(radians(config.max_shear));
  const double shear_columns = draws.within(radians(config.max_shear));
  draw.quarter_turns = !turns ? 0 : square ? quarters : 2;
  draw.rotation = rotates ? angle : 0;
  draw.shift_rows = shifts ? down : 0;
  draw.shift_columns = shifts ? right : 0;
  draw.zoom = zooms ? 1 + growth : 1;
  draw.shear_rows = shears ? shear_rows : 0;
  draw.shear_columns = shears ? shear_columns : 0;
  return draw;
}

torch::Tensor augment(const torch::Tensor& coil_images, const AugmentationDraw& draw) {
  require(draw.quarter_turns % 2 == 0 || coil_images.size(1) == coil_images.size(2), [&] {
    return Error::Parts{"augmentation",
                        "a quarter turn of " + std::to_string(coil_images.size(1)) + " x " +
                            std::to_string(coil_images.size(2)) + " pixels",
                        "half turns where height and width differ"};
  });
  torch::Tensor images = coil_images;
  if (draw.flip_rows) {
    images = torch::flip(images, {1});
  }
  if (draw.flip_columns) {
    images = torch::flip(images, {2});
  }
  if (draw.quarter_turns != 0) {
    images = torch::rot90(images, draw.quarter_turns, {1, 2});
  }
  return draw.interpolates() ? warp(images, draw) : images;
}

}  // namespace dircn
