#pragma once

// How images are gone through in tiles (Note [Winograd's F(4×2, 3×3)]).

#include <algorithm>
#include <cstdint>
#include <vector>

#include "kernels/convolve/convolve_cpu.h"
#include "kernels/convolve/convolve_loops.h"
#include "kernels/convolve/winograd_loops.h"

namespace dircn {

inline int64_t quotient_up(int64_t value, int64_t by) {
  return (value + by - 1) / by;
}

inline int64_t whole_registers(int64_t tiles) {
  return quotient_up(tiles, kMargin) * kMargin;
}

/// How an image is cut into blocks of tiles that are computed together: some beside each other in
/// one row of tiles, or all of several rows.
struct Blocks {
  static constexpr int64_t kEnough = 48;  // for all sums that registers hold

  explicit Blocks(const ConvolveShape& shape)
      : across(shape.width / 2),
        down(quotient_up(shape.height, kWinogradRows)),
        rows(
            std::min(quotient_up(kEnough, across), quotient_up(down, 2))),  // two threads' at least
        most_tiles(std::min(across, rows > 1 ? across : kEnough)),
        stride(whole_registers((rows - 1) * most_tiles + whole_registers(most_tiles))) {}

  int64_t across;      // tiles
  int64_t down;        // tiles
  int64_t rows;        // of tiles in a block
  int64_t most_tiles;  // in a block's row
  int64_t stride;      // room for a block's tiles
};

template <typename T>
std::vector<ConvolveSource<T>> in_pairs_of_columns(std::vector<ConvolveSource<T>> sources) {
  for (auto& source : sources) {
    source.channels *= 2;
  }
  return sources;
}

}  // namespace dircn
