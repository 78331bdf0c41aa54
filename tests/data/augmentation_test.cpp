#include "data/augmentation.h"

#include <gtest/gtest.h>
#include <torch/types.h>
#include <torch/utils.h>

#include <cmath>

#include "dircn/core/error.h"
#include "dircn/core/numbers.h"
#include "support/golden.h"

namespace dircn::augmentation_test {
namespace {

using testing::relative_max_error;

torch::Tensor random_images(int64_t height, int64_t width) {
  torch::manual_seed(3);
  return torch::randn({3, height, width}, torch::kComplexDouble);
}

/// Everything at once.
AugmentationDraw full_draw(int64_t quarter_turns) {
  AugmentationDraw draw;
  draw.flip_rows = true;
  draw.quarter_turns = quarter_turns;
  draw.zoom = 1.1;
  draw.shear_rows = 0.1;
  draw.shear_columns = -0.2;
  draw.rotation = 0.3;
  draw.shift_rows = 0.05;
  draw.shift_columns = -0.1;
  return draw;
}

/// Mass, centre and covariances of a real image; (y, x) counts from its middle.
struct Moments {
  double mass, y, x, yy, xx, xy;
};

Moments moments(const torch::Tensor& image) {
  const auto axis = [](int64_t size) {
    return torch::arange(size, torch::kDouble) - static_cast<double>(size - 1) / 2;
  };
  const torch::Tensor y = axis(image.size(0)).unsqueeze(1);
  const torch::Tensor x = axis(image.size(1)).unsqueeze(0);
  const double mass = image.sum().item<double>();
  const auto mean = [&](const torch::Tensor& values) {
    return (image * values).sum().item<double>() / mass;
  };
  const double at_y = mean(y);
  const double at_x = mean(x);
  return {mass,
          at_y,
          at_x,
          mean((y - at_y).square()),
          mean((x - at_x).square()),
          mean((y - at_y) * (x - at_x))};
}

/// A smooth blob at 6 rows below and 4 columns left of the middle, 4 rows and 3 columns wide, far
/// from every border; moved by `draw`.
Moments moved_blob(const AugmentationDraw& draw) {
  const torch::Tensor y = torch::arange(64, torch::kDouble).unsqueeze(1) - 31.5;
  const torch::Tensor x = torch::arange(48, torch::kDouble).unsqueeze(0) - 23.5;
  const torch::Tensor blob = torch::exp(-((y - 6) / 4).square() / 2 - ((x + 4) / 3).square() / 2);
  const torch::Tensor image = torch::complex(blob, -2 * blob).unsqueeze(0);
  const torch::Tensor moved = augment(image, draw)[0];
  EXPECT_LT(relative_max_error(torch::imag(moved), -2 * torch::real(moved)), 1e-12);
  return moments(torch::real(moved));
}

TEST(Augment, WithoutTransformsIsTheSameTensor) {
  const torch::Tensor images = random_images(10, 8);
  EXPECT_TRUE(augment(images, {}).is_same(images));
  EXPECT_FALSE(AugmentationDraw().moves_pixels());
  EXPECT_FALSE(AugmentationDraw().interpolates());
}

TEST(Augment, IsLinearOverComplexNumbers) {
  for (const int64_t width : {12, 9}) {
    const AugmentationDraw draw = full_draw(width == 12 ? 1 : 2);
    const torch::Tensor x = random_images(12, width);
    const torch::Tensor y = torch::randn_like(x);
    const c10::complex<double> a(0.7, -1.3);
    const c10::complex<double> b(-0.2, 0.4);
    const torch::Tensor expected = augment(x, draw) * a + augment(y, draw) * b;
    EXPECT_LT(relative_max_error(augment(x * a + y * b, draw), expected), 1e-12);
    EXPECT_EQ(expected.sizes(), x.sizes());
    EXPECT_EQ(expected.scalar_type(), torch::kComplexDouble);
  }
}

/// All coils move alike, so that a sensitivity goes along with its image.
TEST(Augment, MovesEveryCoilAlike) {
  const torch::Tensor image = random_images(12, 12)[0].unsqueeze(0);
  const torch::Tensor sensitivities = torch::randn({5, 1, 1}, torch::kComplexDouble);
  const AugmentationDraw draw = full_draw(3);
  EXPECT_LT(relative_max_error(augment(sensitivities * image, draw),
                               sensitivities * augment(image, draw)),
            1e-12);
}

TEST(Augment, SinglePrecisionStaysSingle) {
  const torch::Tensor images = random_images(12, 12);
  const torch::Tensor single = augment(images.to(torch::kComplexFloat), full_draw(1));
  EXPECT_EQ(single.scalar_type(), torch::kComplexFloat);
  EXPECT_LT(relative_max_error(single, augment(images, full_draw(1))), 1e-5);
}

TEST(Augment, FlipsAndQuarterTurnsMovePixels) {
  const torch::Tensor images = random_images(6, 6);
  AugmentationDraw draw;
  draw.flip_rows = true;
  const torch::Tensor upside_down = augment(images, draw);
  draw = {};
  draw.flip_columns = true;
  const torch::Tensor mirrored = augment(images, draw);
  draw = {};
  draw.quarter_turns = 1;
  const torch::Tensor turned = augment(images, draw);
  draw.quarter_turns = 3;
  EXPECT_TRUE(torch::equal(augment(turned, draw), images));
  for (int64_t y = 0; y < 6; ++y) {
    for (int64_t x = 0; x < 6; ++x) {
      const torch::Tensor pixel = images.select(2, x).select(1, y);
      EXPECT_TRUE(torch::equal(upside_down.select(2, x).select(1, 5 - y), pixel));
      EXPECT_TRUE(torch::equal(mirrored.select(2, 5 - x).select(1, y), pixel));
      EXPECT_TRUE(torch::equal(turned.select(2, y).select(1, 5 - x), pixel)) << "anticlockwise";
    }
  }
}

TEST(Augment, TurnsOtherShapesByHalfOnly) {
  const torch::Tensor images = random_images(8, 6);
  AugmentationDraw draw;
  draw.quarter_turns = 2;
  EXPECT_TRUE(torch::equal(augment(images, draw), torch::flip(images, {1, 2})));
  draw.quarter_turns = 1;
  EXPECT_THROW(augment(images, draw), Error);
}

TEST(Augment, TranslatesByWholePixels) {
  const torch::Tensor images = random_images(14, 9);
  AugmentationDraw draw;
  draw.shift_rows = 3.0 / 14;
  draw.shift_columns = -2.0 / 9;
  const torch::Tensor moved = augment(images, draw);
  EXPECT_LT(
      relative_max_error(moved.slice(1, 3).slice(2, 0, 7), images.slice(1, 0, 11).slice(2, 2)),
      1e-12);
}

/// Pixel centres come to lie on pixel centres.
TEST(Augment, RotatesAsQuarterTurnsDo) {
  const torch::Tensor images = random_images(12, 12);
  for (const int64_t quarters : {-1, 1, 2, 3}) {
    AugmentationDraw draw;
    draw.rotation = static_cast<double>(quarters) * kPi / 2;
    EXPECT_LT(relative_max_error(augment(images, draw), torch::rot90(images, quarters, {1, 2})),
              1e-12);
  }
  AugmentationDraw half;
  half.rotation = kPi;
  const torch::Tensor wide = random_images(7, 12);
  EXPECT_LT(relative_max_error(augment(wide, half), torch::flip(wide, {1, 2})), 1e-12);
}

TEST(Augment, ShiftsDownAndRight) {
  AugmentationDraw draw;
  draw.shift_rows = 5.5 / 64;
  draw.shift_columns = 0.125;
  const Moments blob = moved_blob(draw);
  EXPECT_NEAR(blob.y, 6 + 5.5, 1e-2);
  EXPECT_NEAR(blob.x, -4 + 6, 1e-2);
}

TEST(Augment, ZoomsAboutTheMiddle) {
  AugmentationDraw draw;
  draw.zoom = 1.2;
  const Moments blob = moved_blob(draw);
  EXPECT_NEAR(blob.y, 6 * 1.2, 1e-2);
  EXPECT_NEAR(blob.x, -4 * 1.2, 1e-2);
  EXPECT_NEAR(blob.yy, 16 * 1.44, 0.2);
  EXPECT_NEAR(blob.xx, 9 * 1.44, 0.2);
  EXPECT_NEAR(blob.mass / moved_blob({}).mass, 1.44, 1e-2);
}

/// In pixels as they are, though the image is higher than wide: no shape is distorted.
TEST(Augment, RotatesAnticlockwise) {
  AugmentationDraw draw;
  draw.rotation = kPi / 6;
  const double c = std::cos(kPi / 6);
  const double s = std::sin(kPi / 6);
  const Moments blob = moved_blob(draw);
  EXPECT_NEAR(blob.x, -4 * c + 6 * s, 1e-2);
  EXPECT_NEAR(blob.y, 4 * s + 6 * c, 1e-2);
  EXPECT_NEAR(blob.xx, 9 * c * c + 16 * s * s, 0.1);
  EXPECT_NEAR(blob.yy, 9 * s * s + 16 * c * c, 0.1);
  EXPECT_NEAR(blob.xy, (16 - 9) * s * c, 0.15);
}

TEST(Augment, ShearsRowsAndColumns) {
  AugmentationDraw columns;
  columns.shear_columns = 0.2;
  const double slope = std::tan(0.2);
  const Moments slanted = moved_blob(columns);
  EXPECT_NEAR(slanted.y, 6, 1e-2);
  EXPECT_NEAR(slanted.x, -4 + slope * 6, 1e-2);
  EXPECT_NEAR(slanted.xy, slope * 16, 0.1);
  AugmentationDraw rows;
  rows.shear_rows = 0.2;
  const Moments sagging = moved_blob(rows);
  EXPECT_NEAR(sagging.y, 6 - slope * 4, 1e-2);
  EXPECT_NEAR(sagging.x, -4, 1e-2);
  EXPECT_NEAR(sagging.xy, slope * 9, 0.1);
}

/// Zoom, then shears, then rotation, then the shift: as if done one after another.
TEST(Augment, CombinesInTheOrderOfTheMembers) {
  AugmentationDraw draw;
  draw.zoom = 0.9;
  draw.shear_rows = 0.1;
  draw.shear_columns = -0.15;
  draw.rotation = 0.4;
  draw.shift_rows = 0.05;
  double y = 0.9 * 6;
  double x = 0.9 * -4;
  y += std::tan(0.1) * x;
  x += std::tan(-0.15) * y;
  const Moments blob = moved_blob(draw);
  EXPECT_NEAR(blob.x, std::cos(0.4) * x + std::sin(0.4) * y, 2e-2);
  EXPECT_NEAR(blob.y, -std::sin(0.4) * x + std::cos(0.4) * y + 0.05 * 64, 2e-2);
}

}  // namespace
}  // namespace dircn::augmentation_test
