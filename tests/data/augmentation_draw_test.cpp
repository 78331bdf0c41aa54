// What is drawn for an augmentation, and with which probability.

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <random>

#include "data/augmentation.h"
#include "dircn/data/random_draws.h"

namespace dircn::augmentation_draw_test {
namespace {

constexpr int64_t kDraws = 4000;

AugmentationDraw drawn(const AugmentationConfig& config, double probability, int64_t seed,
                       bool square = true) {
  std::mt19937_64 random = random_engine({seed});
  return draw_augmentation(config, probability, square, random);
}

/// Weights that differ, so that none can stand for another.
AugmentationConfig some_weights() {
  AugmentationConfig config;
  config.flips = 0.3;
  config.right_angles = 0.5;
  config.rotation = 1;
  config.translation = 0.9;
  config.scaling = 0.7;
  config.shear = 0.6;
  return config;
}

TEST(DrawAugmentation, DrawsNothingWithoutProbability) {
  for (int64_t seed = 0; seed < 200; ++seed) {
    const AugmentationDraw draw = drawn({}, 0, seed);
    EXPECT_FALSE(draw.moves_pixels() || draw.interpolates());
  }
}

TEST(DrawAugmentation, FollowsFromTheEngine) {
  const AugmentationDraw a = drawn({}, 1, 5);
  EXPECT_EQ(a.rotation, drawn({}, 1, 5).rotation);
  EXPECT_NE(a.rotation, drawn({}, 1, 6).rotation);
}

/// Of one transform the numbers do not depend on whether others happen.
TEST(DrawAugmentation, TransformsDoNotDisturbEachOther) {
  AugmentationConfig alone = some_weights();
  alone.flips = 0;
  alone.right_angles = 0;
  alone.rotation = 0;
  alone.translation = 0;
  for (int64_t seed = 0; seed < 50; ++seed) {
    const AugmentationDraw all = drawn(some_weights(), 1, seed);
    const AugmentationDraw few = drawn(alone, 1, seed);
    EXPECT_EQ(few.zoom, all.zoom);
    EXPECT_EQ(few.shear_rows, all.shear_rows);
    EXPECT_FALSE(few.moves_pixels() || few.rotation != 0 || few.shift_rows != 0);
  }
}

TEST(DrawAugmentation, StaysWithinItsLimits) {
  AugmentationConfig config;
  config.max_rotation = 90;
  double largest_turn = 0;
  double largest_zoom = 0;
  for (int64_t seed = 0; seed < kDraws; ++seed) {
    const AugmentationDraw draw = drawn(config, 1, seed);
    EXPECT_LE(std::abs(draw.shift_rows), 0.125);
    EXPECT_LE(std::abs(draw.shift_columns), 0.125);
    EXPECT_LE(std::abs(draw.shear_rows), 15 * M_PI / 180);
    EXPECT_LE(std::abs(draw.shear_columns), 15 * M_PI / 180);
    EXPECT_TRUE(draw.zoom >= 0.75 && draw.zoom <= 1.25);
    largest_turn = std::max(largest_turn, std::abs(draw.rotation));
    largest_zoom = std::max(largest_zoom, draw.zoom);
  }
  EXPECT_LE(largest_turn, M_PI / 2);
  EXPECT_GT(largest_turn, 0.99 * M_PI / 2);
  EXPECT_GT(largest_zoom, 1.24);
}

/// Within five standard deviations of the binomial distribution.
TEST(DrawAugmentation, EachHappensWithProbabilityTimesWeight) {
  const double probability = 0.6;
  const AugmentationConfig config = some_weights();
  std::array<int64_t, 7> counts{};
  for (int64_t seed = 0; seed < kDraws; ++seed) {
    const AugmentationDraw draw = drawn(config, probability, seed);
    counts[0] += draw.flip_rows ? 1 : 0;
    counts[1] += draw.flip_columns ? 1 : 0;
    counts[2] += draw.quarter_turns != 0 ? 1 : 0;
    counts[3] += draw.rotation != 0 ? 1 : 0;
    counts[4] += draw.shift_rows != 0 && draw.shift_columns != 0 ? 1 : 0;
    counts[5] += draw.zoom != 1 ? 1 : 0;
    counts[6] += draw.shear_rows != 0 && draw.shear_columns != 0 ? 1 : 0;
  }
  const std::array<double, 7> weights = {config.flips,    config.flips,       config.right_angles,
                                         config.rotation, config.translation, config.scaling,
                                         config.shear};
  for (size_t i = 0; i < counts.size(); ++i) {
    const double p = probability * weights[i];
    const double deviation = std::sqrt(p * (1 - p) * static_cast<double>(kDraws));
    EXPECT_NEAR(static_cast<double>(counts[i]), p * static_cast<double>(kDraws), 5 * deviation)
        << "transform " << i;
  }
}

TEST(DrawAugmentation, TurnsByQuartersWhereTheImageIsSquare) {
  std::array<int64_t, 4> square{};
  std::array<int64_t, 4> oblong{};
  for (int64_t seed = 0; seed < kDraws; ++seed) {
    ++square.at(static_cast<size_t>(drawn({}, 1, seed).quarter_turns));
    ++oblong.at(static_cast<size_t>(drawn({}, 1, seed, /*square=*/false).quarter_turns));
  }
  for (size_t quarters = 1; quarters < 4; ++quarters) {
    EXPECT_NEAR(static_cast<double>(square[quarters]), kDraws / 6.0, 120) << "five deviations";
  }
  EXPECT_EQ(oblong[1] + oblong[3], 0);
  EXPECT_EQ(oblong[0], square[0]);
}

TEST(AugmentationProbability, GrowsByItsSchedule) {
  AugmentationConfig config;
  config.probability = 0.5;
  config.schedule = AugmentationSchedule::constant;
  EXPECT_DOUBLE_EQ(augmentation_probability(config, 0, 10), 0.5);
  EXPECT_DOUBLE_EQ(augmentation_probability(config, 9, 10), 0.5);
  config.schedule = AugmentationSchedule::linear;
  EXPECT_DOUBLE_EQ(augmentation_probability(config, 0, 10), 0);
  EXPECT_DOUBLE_EQ(augmentation_probability(config, 4, 10), 0.2);
  EXPECT_DOUBLE_EQ(augmentation_probability(config, 12, 10), 0.5);
  config.schedule = AugmentationSchedule::exponential;
  EXPECT_DOUBLE_EQ(augmentation_probability(config, 0, 10), 0);
  // 0.5 (1 - exp(-5 · 4 / 10)) / (1 - exp(-5))
  EXPECT_NEAR(augmentation_probability(config, 4, 10), 0.43526515, 1e-8);
  EXPECT_DOUBLE_EQ(augmentation_probability(config, 10, 10), 0.5);
  config.probability = 0;
  EXPECT_EQ(augmentation_probability(config, 4, 10), 0);
}

}  // namespace
}  // namespace dircn::augmentation_draw_test
