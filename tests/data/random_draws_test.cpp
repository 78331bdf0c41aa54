#include "dircn/data/random_draws.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <random>
#include <vector>

namespace dircn::random_draws_test {
namespace {

/// Computed by an independent program from MT19937-64 and SplitMix64 as published.
TEST(RandomEngine, YieldsTheSameOnEveryMachine) {
  std::mt19937_64 first = random_engine({1, 0, 0});
  EXPECT_EQ(draw_uniform(first), 0.7323629599395021);
  EXPECT_EQ(draw_uniform(first), 0.4019635052330144);
  std::mt19937_64 next_slice = random_engine({1, 0, 1});
  EXPECT_EQ(draw_uniform(next_slice), 0.9038413726523775);
  std::mt19937_64 other = random_engine({2022, 119, 7});
  EXPECT_EQ(draw_uniform(other), 0.39097111790413386);
}

TEST(DrawBelow, StaysBelow) {
  std::mt19937_64 random = random_engine({1});
  for (const uint64_t bound : {uint64_t{1}, uint64_t{3}, uint64_t{1} << 63U}) {
    for (int i = 0; i < 100; ++i) {
      EXPECT_LT(draw_below(random, bound), bound);
    }
  }
}

/// Computed by an independent program from MT19937-64 and SplitMix64 as published.
TEST(ShuffledOrder, IsTheSameOnEveryMachine) {
  EXPECT_EQ(shuffled_order(10, 1, 0), (std::vector<int64_t>{5, 0, 8, 7, 3, 1, 9, 6, 4, 2}));
  EXPECT_EQ(shuffled_order(10, 1, 1), (std::vector<int64_t>{6, 2, 8, 7, 4, 5, 9, 3, 0, 1}));
  EXPECT_EQ(shuffled_order(12, 2022, 119),
            (std::vector<int64_t>{5, 2, 7, 10, 1, 8, 6, 9, 11, 4, 0, 3}));
}

TEST(ShuffledOrder, IsAPermutationForEverySize) {
  for (const int64_t size : {0, 1, 2, 3, 17, 1000}) {
    auto order = shuffled_order(size, 3, 4);
    std::sort(order.begin(), order.end());
    std::vector<int64_t> expected(static_cast<size_t>(size));
    std::iota(expected.begin(), expected.end(), 0);
    EXPECT_EQ(order, expected);
  }
}

TEST(ShuffledOrder, DiffersByEpochAndSeed) {
  EXPECT_EQ(shuffled_order(50, 1, 2), shuffled_order(50, 1, 2));
  EXPECT_NE(shuffled_order(50, 1, 2), shuffled_order(50, 1, 3));
  EXPECT_NE(shuffled_order(50, 1, 2), shuffled_order(50, 2, 2));
  EXPECT_NE(shuffled_order(50, 1, 2), shuffled_order(50, 2, 1));
  EXPECT_NE(shuffled_order(50, 1, 0), shuffled_order(50, 0, 1));
}

/// Pearson's statistic of every (place, slice) pair over many seeds, or epochs: 49 degrees of
/// freedom, so its mean is 49 and 98 lies 5 standard deviations (√98) above.
TEST(ShuffledOrder, IsUniform) {
  constexpr int64_t kSize = 8;
  constexpr int64_t kRuns = 4000;
  for (const bool by_seed : {true, false}) {
    auto counts = torch::zeros({kSize, kSize}, torch::kDouble);
    auto count = counts.accessor<double, 2>();
    for (int64_t run = 0; run < kRuns; ++run) {
      const auto order = by_seed ? shuffled_order(kSize, run, 3) : shuffled_order(kSize, 3, run);
      for (int64_t place = 0; place < kSize; ++place) {
        ++count[place][order[static_cast<size_t>(place)]];
      }
    }
    const double expected = static_cast<double>(kRuns) / kSize;
    const double statistic = ((counts - expected).square() / expected).sum().item<double>();
    EXPECT_LT(statistic, 98) << "by " << (by_seed ? "seed" : "epoch");
  }
}

}  // namespace
}  // namespace dircn::random_draws_test
