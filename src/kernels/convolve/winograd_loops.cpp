// The arithmetic of convolve_winograd.cpp. Written once, compiled for each of the processor's
// generations.

#include "kernels/convolve/winograd_loops.h"

#include <algorithm>
#include <cstdint>

#include "dircn/runtime/highway_targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/convolve/winograd_loops.cpp"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"
#include "kernels/convolve/register_tile-inl.h"

HWY_BEFORE_NAMESPACE();
namespace dircn {
namespace HWY_NAMESPACE {
namespace {

// The points of F(4, 3), and what follows from them (Note [Winograd's F(4×2, 3×3)]).
constexpr double kA = 0.625;
constexpr double kB = 1.5;
constexpr double kA2 = kA * kA;
constexpr double kB2 = kB * kB;

HWY_INLINE Register constant(double value) {
  return hn::Set(Floats(), static_cast<float>(value));
}

/// Pixels along a column -> their terms.
HWY_INLINE void column_input(const Register* x, Register* v) {
  const Register a = constant(kA);
  const Register b = constant(kB);
  const Register a2 = constant(kA2);
  const Register b2 = constant(kB2);
  const Register sum = constant(kA2 + kB2);
  const Register product = constant(kA2 * kB2);
  const Register even_a = hn::NegMulAdd(b2, x[2], x[4]);
  const Register odd_a = hn::NegMulAdd(b2, x[1], x[3]);
  const Register even_b = hn::NegMulAdd(a2, x[2], x[4]);
  const Register odd_b = hn::NegMulAdd(a2, x[1], x[3]);
  v[0] = hn::MulAdd(product, x[0], hn::NegMulAdd(sum, x[2], x[4]));
  v[1] = hn::MulAdd(a, odd_a, even_a);
  v[2] = hn::NegMulAdd(a, odd_a, even_a);
  v[3] = hn::MulAdd(b, odd_b, even_b);
  v[4] = hn::NegMulAdd(b, odd_b, even_b);
  v[5] = hn::MulAdd(product, x[1], hn::NegMulAdd(sum, x[3], x[5]));
}

/// Terms along a column -> its pixels.
HWY_INLINE void column_output(const Register* m, Register* y) {
  const Register even_a = hn::Add(m[1], m[2]);
  const Register odd_a = hn::Sub(m[1], m[2]);
  const Register even_b = hn::Add(m[3], m[4]);
  const Register odd_b = hn::Sub(m[3], m[4]);
  y[0] = hn::Add(hn::Add(m[0], even_a), even_b);
  y[1] = hn::MulAdd(constant(kB), odd_b, hn::Mul(constant(kA), odd_a));
  y[2] = hn::MulAdd(constant(kB2), even_b, hn::Mul(constant(kA2), even_a));
  y[3] = hn::MulAdd(constant(kB2 * kB), odd_b, hn::MulAdd(constant(kA2 * kA), odd_a, m[5]));
}

void input_terms(const float* const* rows, int64_t stride, int64_t channels, int64_t tiles,
                 float* terms, const TermLayout& layout) {
  const Floats d;
  for (int64_t c = 0; c < channels; ++c) {
    for (int64_t tile = 0; tile < tiles; tile += lane_count()) {
      const int64_t even = c * stride + tile;
      const int64_t odd = even + channels * stride;
      Register along[4][kWinogradSeen];
      DIRCN_UNROLL
      for (int row = 0; row < kWinogradSeen; ++row) {
        const Register x0 = hn::LoadU(d, rows[row] + odd - 1);
        const Register x1 = hn::LoadU(d, rows[row] + even);
        const Register x2 = hn::LoadU(d, rows[row] + odd);
        const Register x3 = hn::LoadU(d, rows[row] + even + 1);
        along[0][row] = hn::Sub(x0, x2);
        along[1][row] = hn::Add(x1, x2);
        along[2][row] = hn::Sub(x2, x1);
        along[3][row] = hn::Sub(x1, x3);
      }
      float* place = terms + c * layout.stride + tile;
      DIRCN_UNROLL
      for (int i = 0; i < 4; ++i) {
        Register v[kWinogradSeen];
        column_input(along[i], v);
        DIRCN_UNROLL
        for (int row = 0; row < kWinogradSeen; ++row) {
          hn::StoreU(v[row], d, place + (4 * row + i) * layout.distance());
        }
      }
    }
  }
}

void output_rows(const float* terms, const TermLayout& layout, int64_t tiles, float* const* rows,
                 int64_t stride) {
  const Floats d;
  const int64_t distance = layout.distance();
  for (int64_t c = 0; c < layout.channels; ++c) {
    for (int64_t tile = 0; tile < tiles; tile += lane_count()) {
      Register along[2][kWinogradSeen];
      DIRCN_UNROLL
      for (int row = 0; row < kWinogradSeen; ++row) {
        const float* m = terms + 4 * row * distance + c * layout.stride + tile;
        const Register m1 = hn::LoadU(d, m + distance);
        const Register m2 = hn::LoadU(d, m + 2 * distance);
        along[0][row] = hn::Add(hn::Add(hn::LoadU(d, m), m1), m2);
        along[1][row] = hn::Sub(hn::Sub(m1, m2), hn::LoadU(d, m + 3 * distance));
      }
      DIRCN_UNROLL
      for (int i = 0; i < 2; ++i) {
        Register y[kWinogradRows];
        column_output(along[i], y);
        DIRCN_UNROLL
        for (int row = 0; row < kWinogradRows; ++row) {
          hn::StoreU(y[row], d, rows[row] + (i * layout.channels + c) * stride + tile);
        }
      }
    }
  }
}

/// The sums of `Out` output channels at `Vectors` registers of tiles.
template <int Out, int Vectors>
HWY_INLINE void multiply_tile(const float* input, int64_t stride, const float* weight, int64_t in,
                              float* output) {
  const int64_t step = lane_count();
  Register sum[Out][Vectors];
  DIRCN_UNROLL
  for (int c = 0; c < Out; ++c) {
    DIRCN_UNROLL
    for (int v = 0; v < Vectors; ++v) {
      sum[c][v] = hn::Zero(Floats());
    }
  }
  for (int64_t channel = 0; channel < in; ++channel, input += stride) {
    Register values[Vectors];
    DIRCN_UNROLL
    for (int v = 0; v < Vectors; ++v) {
      values[v] = pixels(input + v * step);
    }
    DIRCN_UNROLL
    for (int c = 0; c < Out; ++c) {
      const Register factor = broadcast(weight[c * in + channel]);
      DIRCN_UNROLL
      for (int v = 0; v < Vectors; ++v) {
        add_product(sum[c][v], values[v], factor);
      }
    }
  }
  DIRCN_UNROLL
  for (int c = 0; c < Out; ++c) {
    DIRCN_UNROLL
    for (int v = 0; v < Vectors; ++v) {
      hn::StoreU(sum[c][v], Floats(), output + c * stride + v * step);
    }
  }
}

template <int Out>
void multiply_tiles(const float* input, int64_t in, const float* weight, int64_t tiles,
                    int64_t stride, float* output) {
  const int64_t step = lane_count();
  int64_t tile = 0;
  for (; tile + kVectors * step <= tiles; tile += kVectors * step) {
    multiply_tile<Out, kVectors>(input + tile, stride, weight, in, output + tile);
  }
  if (tile + 2 * step <= tiles) {
    multiply_tile<Out, 2>(input + tile, stride, weight, in, output + tile);
    tile += 2 * step;
  }
  if (tile < tiles) {
    multiply_tile<Out, 1>(input + tile, stride, weight, in, output + tile);
  }
}

void multiply(const float* input, int64_t in, const float* weight, int64_t out, int64_t tiles,
              int64_t stride, float* output) {
  for (int64_t c = 0; c < out; c += kTile) {
    with_tile(out - c, [&](auto tile) HWY_ATTR {
      multiply_tiles<tile>(input, in, weight + c * in, tiles, stride, output + c * stride);
    });
  }
}

using WideFloats = hn::ScalableTag<double>;
using Wide = hn::Vec<WideFloats>;
using HalfFloats = hn::Rebind<float, WideFloats>;

HWY_INLINE Wide scaled(double factor, Wide x) {
  return hn::Mul(hn::Set(WideFloats(), factor), x);
}

/// The terms at ±point of three taps along a column; `other` is the other point.
HWY_INLINE void column_weights(const Wide* g, double point, double other, Wide* u) {
  const double scale = 1 / (2 * point * point * (point * point - other * other));
  const Wide even = scaled(scale, hn::Add(g[0], scaled(point * point, g[2])));
  const Wide odd = scaled(scale * point, g[1]);
  u[0] = hn::Add(even, odd);
  u[1] = hn::Sub(even, odd);
}

/// The first `count` values of a register, in single precision.
HWY_INLINE void store_some(Wide value, int64_t count, float* place) {
  const auto narrow = hn::DemoteTo(HalfFloats(), value);
  if (count == static_cast<int64_t>(hn::Lanes(HalfFloats()))) {
    hn::StoreU(narrow, HalfFloats(), place);
  } else {
    HWY_ALIGN float values[HWY_MAX_BYTES / sizeof(double)] = {};
    hn::StoreU(narrow, HalfFloats(), values);
    std::copy_n(values, count, place);
  }
}

// In double precision, so that each is rounded once.
void weight_terms(const float* taps, int64_t stride, int64_t in, float* terms, int64_t distance) {
  const auto step = static_cast<int64_t>(hn::Lanes(WideFloats()));
  for (int64_t channel = 0; channel < in; channel += step) {
    Wide columns[3][kWinogradSeen];
    DIRCN_UNROLL
    for (int kx = 0; kx < 3; ++kx) {
      Wide g[3];
      DIRCN_UNROLL
      for (int ky = 0; ky < 3; ++ky) {
        const float* place = taps + (3 * ky + kx) * stride + channel;
        g[ky] = hn::PromoteTo(WideFloats(), hn::LoadU(HalfFloats(), place));
      }
      columns[kx][0] = scaled(1 / (kA2 * kB2), g[0]);
      column_weights(g, kA, kB, &columns[kx][1]);
      column_weights(g, kB, kA, &columns[kx][3]);
      columns[kx][5] = g[2];
    }
    const int64_t count = std::min(step, in - channel);
    DIRCN_UNROLL
    for (int row = 0; row < kWinogradSeen; ++row) {
      const Wide ends = hn::Add(columns[0][row], columns[2][row]);
      float* place = terms + 4 * row * distance + channel;
      store_some(columns[0][row], count, place);
      store_some(scaled(0.5, hn::Add(ends, columns[1][row])), count, place + distance);
      store_some(scaled(0.5, hn::Sub(ends, columns[1][row])), count, place + 2 * distance);
      store_some(columns[2][row], count, place + 3 * distance);
    }
  }
}

WinogradLoops loops() {
  return {input_terms, multiply, output_rows, weight_terms};
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace dircn
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace dircn {
namespace {

HWY_EXPORT(loops);

}  // namespace

WinogradLoops winograd_loops() {
  return HWY_DYNAMIC_DISPATCH(loops)();
}

}  // namespace dircn
#endif
