#pragma once

// The inner loops of convolve_cpu.cpp, for processors with AVX-512.
//
// Note [Rows with channels apart]
//
// Channels-last pixels are short vectors of 4, 16 or 48 values, of which a register holds an
// awkward part. So a row is first staged: its channels are put apart, each with a margin of zeros
// on both sides (the convolution's padding), in single precision whatever the tensor's. Then 16
// neighbouring pixels of one channel fill a register, any number of channels and groups goes, and
// the taps left and right of a pixel are the same row read one place aside. A staged row is read 9
// times for each tile of output channels while it is in the cache; staging it costs a tenth of
// that.

#include <cstdint>

namespace dircn {

constexpr int64_t kMargin = 16;  // a register's floats

/// The distance of channels in a staged row of `width` pixels: the row begins at kMargin.
__attribute__((always_inline)) constexpr int64_t staged_stride(int64_t width) {
  return (width + kMargin - 1) / kMargin * kMargin + 2 * kMargin;
}

/// bfloat16 as it is stored: its bits are the upper half of a float's.
using Bfloat16Bits = uint16_t;

/// T: float or Bfloat16Bits. Rows: [width][channels] of T, staged rows: [channels][stride].
template <typename T>
struct RowLoops {
  static void stage(const T* row, int64_t channels, int64_t width, float* staged);
  static void unstage(const float* staged, int64_t channels, int64_t width, T* row);
};

/// The staged rows that an output row is made of: those above, at and below it, or a single one.
struct StagedRows {
  const float* row[3];
  int64_t rows;
  int64_t stride;
  int64_t width;
};

/// The output channels that are computed together: as many sums as registers hold.
constexpr int64_t kTile = 8;

/// One output row of a convolution with a kernel `rows` high and 3 wide (padding 1) from `in` to
/// `out` channels -> staged row. `weight`: for each tile of output channels
/// [in][rows][3][channels of the tile].
void convolve_row(const StagedRows& x, int64_t in, int64_t out, const float* weight, float* staged);

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

/// x0 ... x3, `size` values each -> the rows that the m are made of, one after the other.
void pair_inputs(const float* const* x, int64_t size, float* terms);

/// m0 ... m3, one after the other, [channels][stride] each -> y0, y1, which may lie where m0 and m1
/// do.
void pair_outputs(const float* m, int64_t channels, int64_t width, float* y0, float* y1);

/// The weights of the m, [4][out][in][3], from [out][in][3][3].
void pair_weights(const float* weight, int64_t count, float* terms);

/// Adds Σ (y − pivot) and Σ (y − pivot)² of every channel to sums, [channels][2].
void add_row_moments(const float* staged, int64_t channels, int64_t width, const float* pivot,
                     double* sums);

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

/// Adds the gradient of the weights, [out][in][3][3].
void add_weight_gradient(const StagedBand& band, int64_t in, int64_t out, float* gradient);

}  // namespace dircn
