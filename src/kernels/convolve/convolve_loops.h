#pragma once

// The inner loops of convolve_cpu.cpp.
//
// Note [Rows with channels apart]
//
// Channels-last pixels are short vectors of 4, 16 or 48 values, of which a register holds an
// awkward part. So a row is first staged: its channels are put apart, each with a margin of zeros
// on both sides (the convolution's padding), in single precision whatever the tensor's. Then
// neighbouring pixels of one channel fill a register, any number of channels and groups goes, and
// the taps left and right of a pixel are the same row read one place aside. A staged row is read 9
// times for each tile of output channels while it is in the cache; staging it costs a tenth of
// that.

#include <cstdint>

#include "kernels/stored.h"

namespace dircn {

constexpr int64_t kMargin = 16;  // floats of the widest register

/// The distance of channels in a staged row of `width` pixels: the row begins at kMargin.
constexpr int64_t staged_stride(int64_t width) {
  return (width + kMargin - 1) / kMargin * kMargin + 2 * kMargin;
}

/// Rows: [width][channels] of T, float or Bfloat16Bits; staged rows: [channels][stride].
template <typename T>
struct RowLoops {
  void (*stage)(const T* row, int64_t channels, int64_t width, float* staged);
  void (*unstage)(const float* staged, int64_t channels, int64_t width, T* row);
};

/// The staged rows that an output row is made of: those above, at and below it, or a single one.
struct StagedRows {
  const float* row[3];
  int64_t rows;
  int64_t stride;
  int64_t width;
};

// Note [Two rows at once]
//
// Two output rows of a 3×3 kernel take 6 products of rows with kernel rows. Winograd's F(2, 3)
// along the columns takes 4: with x0 ... x3 the input rows and g0 ... g2 the kernel's,
//   m0 = (x0 − x2) g0,  m1 = (x1 + x2) (g0 + g1 + g2) / 2,
//   m3 = (x1 − x3) g2,  m2 = (x2 − x1) (g0 − g1 + g2) / 2,
//   y0 = m0 + m1 + m2,  y1 = m1 − m2 − m3,
// where a product is a convolution along the row, summed over input channels. A third of the
// arithmetic is saved; sums of two values cost about a bit of precision at most.

constexpr int64_t kPairTerms = 4;

/// Some rows whose gradient is taken together: `rows` of dy, [rows][out][stride], and of x two
/// more, [rows + 2][in][stride], so that x row r is above dy row r. The pixels of dy's last
/// register beyond its width are zero.
struct StagedBand {
  const float* x;
  const float* dy;
  int64_t rows;
  int64_t x_row;   // distance of rows
  int64_t dy_row;  // distance of rows
  int64_t stride;
  int64_t width;
};

/// The arithmetic on staged rows, for the instructions in use.
struct ConvolveLoops {
  /// The output channels that are computed together: as many sums as registers hold.
  int64_t tile;

  /// One output row of a convolution with a kernel `rows` high and 3 wide (padding 1) from `in` to
  /// `out` channels -> staged row. `weight`: for each tile of output channels
  /// [in][rows][3][channels of the tile].
  void (*convolve_row)(const StagedRows& x, int64_t in, int64_t out, const float* weight,
                       float* staged);

  /// x0 ... x3, `size` values each, a multiple of kMargin -> the rows that the m are made of, one
  /// after the other.
  void (*pair_inputs)(const float* const* x, int64_t size, float* terms);

  /// m0 ... m3, one after the other, [channels][stride] each -> y0, y1, which may lie where m0 and
  /// m1 do.
  void (*pair_outputs)(const float* m, int64_t channels, int64_t width, float* y0, float* y1);

  /// Adds Σ (y − pivot) and Σ (y − pivot)² of every channel to sums, [channels][2].
  void (*add_row_moments)(const float* staged, int64_t channels, int64_t width, const float* pivot,
                          double* sums);

  /// Adds the gradient of the weights, [out][in][3][3].
  void (*add_weight_gradient)(const StagedBand& band, int64_t in, int64_t out, float* gradient);
};

template <typename T>
RowLoops<T> row_loops();
ConvolveLoops convolve_loops();

}  // namespace dircn
