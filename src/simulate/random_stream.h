#pragma once

#include <torch/types.h>

#include <cstdint>
#include <initializer_list>
#include <random>

namespace dircn::simulation {

/// Random numbers that depend on a key alone, such as (seed, split, volume, slice), and not on what
/// else was drawn elsewhere.
class RandomStream {
 public:
  RandomStream(std::initializer_list<int64_t> key);

  double uniform(double low, double high);
  /// An integer in [0, count).
  int64_t below(int64_t count);
  /// Standard normal numbers, float32.
  torch::Tensor normal(torch::IntArrayRef shape);
  /// Complex64, whose real and imaginary parts are independent and standard normal.
  torch::Tensor complex_normal(torch::IntArrayRef shape);

 private:
  std::mt19937_64 generator_;
};

}  // namespace dircn::simulation
