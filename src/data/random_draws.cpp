#include "dircn/data/random_draws.h"

#include <cmath>
#include <cstddef>
#include <limits>
#include <numeric>
#include <utility>

namespace dircn {
namespace {

/// One step of SplitMix64 (Steele et al., OOPSLA 2014): numbers that differ little become seeds
/// that differ in every bit.
uint64_t mixed(uint64_t number) {
  number += 0x9e3779b97f4a7c15;
  number = (number ^ (number >> 30U)) * 0xbf58476d1ce4e5b9;
  number = (number ^ (number >> 27U)) * 0x94d049bb133111eb;
  return number ^ (number >> 31U);
}

}  // namespace

std::mt19937_64 random_engine(std::initializer_list<int64_t> key) {
  uint64_t seed = 0;
  for (const int64_t part : key) {
    seed = mixed(seed + static_cast<uint64_t>(part));
  }
  return std::mt19937_64(seed);
}

double draw_uniform(std::mt19937_64& random) {
  return std::ldexp(static_cast<double>(random() >> 11U), -53);
}

uint64_t draw_below(std::mt19937_64& random, uint64_t bound) {
  const uint64_t most = std::numeric_limits<uint64_t>::max();
  const uint64_t whole = most - most % bound;  // a multiple of bound
  uint64_t number = random();
  while (number >= whole) {
    number = random();
  }
  return number % bound;
}

std::vector<int64_t> shuffled_order(int64_t size, int64_t seed, int64_t epoch) {
  std::vector<int64_t> order(static_cast<size_t>(size));
  std::iota(order.begin(), order.end(), 0);
  std::mt19937_64 random = random_engine({seed, epoch});
  for (size_t last = order.size(); last > 1; --last) {
    std::swap(order[last - 1], order[draw_below(random, last)]);  // Fisher-Yates
  }
  return order;
}

}  // namespace dircn
