#include "dircn/pictures/coil_mosaic.h"

#include <gtest/gtest.h>
#include <torch/types.h>
#include <torch/utils.h>

#include <cstdint>
#include <vector>

#include "dircn/core/error.h"

namespace dircn::coil_mosaic_test {
namespace {

constexpr int64_t kGap = 2;
constexpr double kThirdOfCircle = 2.0943951023931954923;

/// Magnitude 1 and this phase.
torch::Tensor of_phase(const torch::Tensor& phase) {
  return torch::polar(torch::ones_like(phase), phase);
}

/// Maps [C, H, W] complex128 of random magnitudes and phases.
torch::Tensor some_maps(int64_t coils, int64_t height, int64_t width) {
  torch::manual_seed(5);
  const auto size = {coils, height, width};
  return torch::complex(torch::randn(size, torch::kDouble), torch::randn(size, torch::kDouble));
}

std::vector<int64_t> colour(const torch::Tensor& picture, int64_t row, int64_t column) {
  const auto pixel = picture[row][column].to(torch::kLong);
  return {pixel[0].item<int64_t>(), pixel[1].item<int64_t>(), pixel[2].item<int64_t>()};
}

using Colour = std::vector<int64_t>;

TEST(CoilMosaic, ShowsPhaseAsHue) {
  const auto phases = torch::arange(-3, 4, torch::kDouble) * (kThirdOfCircle / 2);
  const auto picture = coil_mosaic(of_phase(phases).view({1, 1, 7}), 7);
  ASSERT_EQ(picture.sizes(), torch::IntArrayRef({1, 7, 3}));
  EXPECT_EQ(picture.scalar_type(), torch::kByte);
  EXPECT_EQ(colour(picture, 0, 3), (Colour{255, 0, 0}));    // 0: red
  EXPECT_EQ(colour(picture, 0, 4), (Colour{255, 255, 0}));  // a sixth: yellow
  EXPECT_EQ(colour(picture, 0, 5), (Colour{0, 255, 0}));    // a third: green
  EXPECT_EQ(colour(picture, 0, 6), (Colour{0, 255, 255}));  // half: cyan
  EXPECT_EQ(colour(picture, 0, 0), (Colour{0, 255, 255}));  // the same from the other side
  EXPECT_EQ(colour(picture, 0, 1), (Colour{0, 0, 255}));
  EXPECT_EQ(colour(picture, 0, 2), (Colour{255, 0, 255}));
}

TEST(CoilMosaic, PermutesColoursWhenThePhaseTurnsByAThird) {
  const auto maps = some_maps(3, 8, 9);
  const auto turn = of_phase(torch::full({1}, kThirdOfCircle, torch::kDouble));
  const auto before = coil_mosaic(maps, 9).to(torch::kInt);
  const auto after = coil_mosaic(maps * turn, 9).to(torch::kInt);
  const auto difference = (after - before.roll(1, -1)).abs();  // red to green, green to blue
  EXPECT_LE(difference.max().item<int>(), 1);                  // rounding
  EXPECT_GT((after - before).abs().max().item<int>(), 100);
}

TEST(CoilMosaic, ShowsMagnitudeAsBrightnessOfAllCoilsTogether) {
  auto maps = torch::zeros({2, 1, 2}, torch::kComplexFloat);
  maps[0][0][0] = 0.2;
  maps[1][0][0] = 0.5;
  const auto picture = coil_mosaic(maps, 8);
  EXPECT_EQ(colour(picture, 0, 0), (Colour{102, 0, 0}));  // 0.2 / 0.5 of 255
  EXPECT_EQ(colour(picture, 0, 1), (Colour{0, 0, 0}));
  EXPECT_EQ(colour(picture, 0, 2 + kGap), (Colour{255, 0, 0}));
}

TEST(CoilMosaic, IsBlackWithoutAnySignal) {
  EXPECT_EQ(coil_mosaic(torch::zeros({1, 4, 4}, torch::kComplexFloat), 4).max().item<int>(), 0);
}

TEST(CoilMosaic, LaysTilesOutInANearlySquareGrid) {
  struct Case {
    int64_t coils;
    int64_t across;
    int64_t down;
  };
  for (const Case& grid : {Case{1, 1, 1}, {2, 2, 1}, {4, 2, 2}, {5, 3, 2}, {8, 3, 3}, {16, 4, 4}}) {
    const auto picture = coil_mosaic(some_maps(grid.coils, 5, 7), 7);
    EXPECT_EQ(picture.sizes(), torch::IntArrayRef({grid.down * 5 + (grid.down - 1) * kGap,
                                                   grid.across * 7 + (grid.across - 1) * kGap, 3}))
        << grid.coils;
  }
}

TEST(CoilMosaic, FillsItsGridRowByRow) {
  const auto phases = torch::zeros({5, 3, 4}, torch::kDouble);
  phases[3].fill_(kThirdOfCircle);
  const auto picture = coil_mosaic(of_phase(phases), 4);  // 3 x 2
  EXPECT_EQ(colour(picture, 0, 0), (Colour{255, 0, 0}));
  EXPECT_EQ(colour(picture, 3 + kGap, 0), (Colour{0, 255, 0}));
  EXPECT_EQ(colour(picture, 3 + kGap, 4 + kGap), (Colour{255, 0, 0}));
  EXPECT_EQ(colour(picture, 3 + kGap, 2 * (4 + kGap)), (Colour{255, 255, 255}));  // no sixth
  EXPECT_TRUE((picture.slice(0, 3, 3 + kGap) == 255).all().item<bool>());
  EXPECT_TRUE((picture.slice(1, 4, 4 + kGap) == 255).all().item<bool>());
}

TEST(CoilMosaic, AveragesAreasAsComplexNumbers) {
  // Blocks of 2 x 2: equal values; two that cancel two others; three empty ones beside a full one.
  auto maps = torch::zeros({1, 2, 6}, torch::kComplexDouble);
  maps.slice(2, 0, 2).fill_(1);
  maps[0][0].slice(0, 2, 4).fill_(1);
  maps[0][1].slice(0, 2, 4).fill_(-1);
  maps[0][0][4] = 0.8;
  const auto picture = coil_mosaic(maps, 3);
  ASSERT_EQ(picture.sizes(), torch::IntArrayRef({1, 3, 3}));
  EXPECT_EQ(colour(picture, 0, 0), (Colour{255, 0, 0}));
  EXPECT_EQ(colour(picture, 0, 1), (Colour{0, 0, 0}));
  EXPECT_EQ(colour(picture, 0, 2), (Colour{51, 0, 0}));
}

TEST(CoilMosaic, ShrinksTilesToTheirLongestSideOnly) {
  EXPECT_EQ(coil_mosaic(some_maps(1, 64, 32), 16).sizes(), torch::IntArrayRef({16, 8, 3}));
  EXPECT_EQ(coil_mosaic(some_maps(1, 30, 100), 33).sizes(), torch::IntArrayRef({10, 33, 3}));
  EXPECT_EQ(coil_mosaic(some_maps(1, 300, 1), 20).sizes(), torch::IntArrayRef({20, 1, 3}));
  EXPECT_EQ(coil_mosaic(some_maps(1, 6, 4), 20).sizes(), torch::IntArrayRef({6, 4, 3}));
}

TEST(CoilMosaic, TakesOtherLayoutsAndTypes) {
  const auto maps = some_maps(3, 6, 4);
  const auto view = maps.to(torch::kComplexFloat).transpose(1, 2).contiguous().transpose(1, 2);
  const auto difference =
      coil_mosaic(view, 6).to(torch::kInt) - coil_mosaic(maps, 6).to(torch::kInt);
  EXPECT_LE(difference.abs().max().item<int>(), 1);
}

TEST(CoilMosaic, RefusesWhatAreNoMaps) {
  EXPECT_THROW(coil_mosaic(torch::zeros({2, 4, 4}), 4), Error);
  EXPECT_THROW(coil_mosaic(torch::zeros({4, 4}, torch::kComplexFloat), 4), Error);
  EXPECT_THROW(coil_mosaic(torch::zeros({0, 4, 4}, torch::kComplexFloat), 4), Error);
  EXPECT_THROW(coil_mosaic(some_maps(1, 4, 4), 0), Error);
}

}  // namespace
}  // namespace dircn::coil_mosaic_test
