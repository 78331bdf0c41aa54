#pragma once

// Mean and standard deviation of each channel, from those of strips.

#include <cmath>
#include <cstdint>
#include <vector>

#include "kernels/convolve/convolve_cpu.h"

namespace dircn {

/// Of one channel: so many values, their mean, and Σ (value − mean)².
struct Moments {
  double count = 0;
  double mean = 0;
  double squares = 0;

  /// From Σ (value − pivot) and Σ (value − pivot)².
  static Moments about(double pivot, double count, double sum, double squares) {
    const double above_pivot = sum / count;
    return {count, pivot + above_pivot, squares - above_pivot * sum};
  }

  void add(const Moments& other) {
    const double step = other.mean - mean;
    const double share = other.count / (count + other.count);
    squares += other.squares + step * step * count * share;
    mean += step * share;
    count += other.count;
  }
};

/// parts: [images][strips][out] -> mean and std as convolve_cpu has them.
inline void join_moments(const std::vector<Moments>& parts, const ConvolveShape& shape,
                         int64_t strips, double* mean, double* std) {
  for (int64_t i = 0; i < shape.images * shape.out; ++i) {
    Moments whole;
    for (int64_t strip = 0; strip < strips; ++strip) {
      whole.add(parts[(i / shape.out * strips + strip) * shape.out + i % shape.out]);
    }
    mean[i] = whole.mean;
    std[i] = std::sqrt((whole.squares < 0 ? 0 : whole.squares) / whole.count);
  }
}

}  // namespace dircn
