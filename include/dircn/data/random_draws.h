#pragma once

#include <cstdint>
#include <initializer_list>
#include <random>
#include <vector>

namespace dircn {

// Random numbers that are the same on any machine: the standard fixes what its engines yield, but
// leaves the distributions to each implementation, so none of those is used.

/// The engine of a key such as (seed, epoch, slice). Keys that differ little yield numbers that
/// have nothing in common.
std::mt19937_64 random_engine(std::initializer_list<int64_t> key);

/// Uniform in [0, 1), of 53 bits.
double draw_uniform(std::mt19937_64& random);

/// Uniform in 0 ... bound - 1; `bound` is positive.
uint64_t draw_below(std::mt19937_64& random, uint64_t bound);

/// 0 ... size - 1 in the random order of one epoch: equal arguments, equal order.
std::vector<int64_t> shuffled_order(int64_t size, int64_t seed, int64_t epoch);

}  // namespace dircn
