#pragma once

#include <cstdint>
#include <random>
#include <vector>

namespace dircn {

/// The numbers that numpy's `RandomState(codes)` yields, for what must repeat a Python program's
/// draws: Mersenne Twister (Matsumoto and Nishimura, ACM TOMACS 1998) with their seeding by an
/// array.
class NumpyRandom {
 public:
  /// `codes` is not empty.
  explicit NumpyRandom(const std::vector<uint32_t>& codes);

  /// `randint(bound)`: 0 ... bound - 1. A bound of 1 draws nothing.
  uint32_t integer(uint32_t bound);
  /// `uniform()`: [0, 1), of 53 bits.
  double uniform();

 private:
  std::mt19937 engine_;
};

}  // namespace dircn
