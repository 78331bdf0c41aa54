#pragma once

// The inner loops of convolve_winograd.cpp.
//
// Note [Winograd's F(4×2, 3×3)]
//
// 4×2 output pixels of a 3×3 kernel take 72 products, and 24 in Winograd's way: the 6×4 input
// pixels that they see become 24 terms, which are sums of them, and so does the kernel; the output
// has 24 terms, too, the products of those two, summed over input channels; and its pixels are sums
// of these. Along a row that is F(2, 3): with x0 ... x3 the pixels and g0 ... g2 the taps
//   v0 = x0 − x2,  v1 = x1 + x2,               v2 = x2 − x1,               v3 = x1 − x3,
//   u0 = g0,       u1 = (g0 + g1 + g2) / 2,    u2 = (g0 − g1 + g2) / 2,    u3 = g2,
//   y0 = m0 + m1 + m2,  y1 = m1 − m2 − m3,  where m = u v, summed over channels.
// Along a column it is F(4, 3), which takes pixels and taps for the coefficients of polynomials and
// multiplies their values at 0, ±a, ±b and infinity. With a = 5/8 and b = 3/2 all factors of pixels
// are exact, and the error is about that of a plain sum of all products: 1.2 times it with 18
// channels, 1.0 times with 72, in the mean square (0.8 times in the maximum); with 1/2 and 1, 1.7
// and 1.5 times. F(4×4, 3×3) has 1.8 to 2.1 times the error, with the best points.
//
// A row of [width][channels] is one of [width / 2][2 · channels] as well. Staged like that, pixels
// of even columns and those of odd ones are apart, all that a term is made of lies in neighbouring
// lanes, and a lane is a tile of 4×2 pixels.
//
// Note [Gradients of weights in tiles]
//
// All of that is linear in the weights but for the product. So their gradient takes the same steps
// backwards: each term of the output's gradient, times each of the input's, summed over tiles, is
// the gradient of a term of the weights. That, too, is a third of the products.

#include <cstdint>

namespace dircn {

constexpr int64_t kWinogradRows = 4;    // of a tile
constexpr int64_t kWinogradSeen = 6;    // rows that it is made of
constexpr int64_t kWinogradTerms = 24;  // of a tile, [6 of the column][4 of the row]

/// How terms of tiles lie: [kWinogradTerms][channels][stride].
struct TermLayout {
  int64_t channels;
  int64_t stride;  // of tiles

  int64_t distance() const { return channels * stride; }
};

/// output [out][output_stride] = weight [out][weight_stride] · input [in][input_stride], or added
/// to it. `columns`, a multiple of kMargin, of input and output take part.
struct MatrixProduct {
  const float* weight;
  int64_t weight_stride;
  int64_t out;
  int64_t in;
  const float* input;
  int64_t input_stride;
  int64_t columns;
  float* output;
  int64_t output_stride;
  bool adds;
};

// Loops over tiles read and write whole registers. Rows: [2][channels][stride], even columns first;
// `rows` are where the first tile's pixel of even column lies.

struct WinogradLoops {
  /// The terms of `tiles` tiles from the kWinogradSeen rows that they are made of.
  void (*input_terms)(const float* const* rows, int64_t stride, int64_t channels, int64_t tiles,
                      float* terms, const TermLayout& layout);

  void (*multiply)(const MatrixProduct& product);

  /// The kWinogradRows rows of pixels from the output's terms.
  void (*output_rows)(const float* terms, const TermLayout& layout, int64_t tiles,
                      float* const* rows, int64_t stride);

  // Note [Gradients of weights in tiles]

  /// The terms that the gradient of kWinogradRows rows of pixels has.
  void (*gradient_terms)(const float* const* rows, int64_t stride, int64_t tiles, float* terms,
                         const TermLayout& layout);
};

WinogradLoops winograd_loops();

}  // namespace dircn
