#pragma once

// How the kernels of convolve_cpu.h go through an image: in strips of rows, which are staged (Note
// [Rows with channels apart]).

#include <algorithm>
#include <cstdint>
#include <vector>

#include "kernels/convolve/convolve_cpu.h"
#include "kernels/convolve/convolve_loops.h"

namespace dircn {

constexpr int64_t kTaps = 9;

template <typename T>
int64_t channels_of(const std::vector<ConvolveSource<T>>& sources) {
  int64_t channels = 0;
  for (const auto& source : sources) {
    channels += source.channels;
  }
  return channels;
}

/// Stages a row of all sources, or zeros for a row above or below the image.
template <typename T>
void stage_row(const std::vector<ConvolveSource<T>>& sources, const ConvolveShape& shape,
               int64_t image, int64_t row, float* staged) {
  const int64_t stride = staged_stride(shape.width);
  for (const auto& source : sources) {
    if (row < 0 || row >= shape.height) {
      std::fill_n(staged, source.channels * stride, 0.0F);
    } else {
      const int64_t first = (image * shape.height + row) * shape.width * source.channels;
      row_loops<Stored<T>>().stage(stored(source.data + first), source.channels, shape.width,
                                   staged);
    }
    staged += source.channels * stride;
  }
}

/// The rows of an image, cut into parts for the threads.
struct Strips {
  Strips(const ConvolveShape& shape, int64_t most, int64_t least_rows)
      : height(shape.height), count(std::clamp<int64_t>(shape.height / least_rows, 1, most)) {}

  int64_t begin(int64_t strip) const { return height * strip / count; }

  int64_t height;
  int64_t count;
};

}  // namespace dircn
