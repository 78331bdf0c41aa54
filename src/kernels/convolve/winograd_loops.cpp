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

/// `Out` rows of a product at `Vectors` registers of columns.
template <int Out, int Vectors>
HWY_INLINE void multiply_tile(const MatrixProduct& p, int64_t row, int64_t column) {
  const Floats d;
  const int64_t step = lane_count();
  const float* weight = p.weight + row * p.weight_stride;
  const float* input = p.input + column;
  float* output = p.output + row * p.output_stride + column;
  Register sum[Out][Vectors];
  DIRCN_UNROLL
  for (int c = 0; c < Out; ++c) {
    DIRCN_UNROLL
    for (int v = 0; v < Vectors; ++v) {
      sum[c][v] = hn::Zero(d);
    }
  }
  for (int64_t k = 0; k < p.in; ++k, input += p.input_stride) {
    Register values[Vectors];
    DIRCN_UNROLL
    for (int v = 0; v < Vectors; ++v) {
      values[v] = pixels(input + v * step);
    }
    DIRCN_UNROLL
    for (int c = 0; c < Out; ++c) {
      const Register factor = broadcast(weight[c * p.weight_stride + k]);
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
      float* place = output + c * p.output_stride + v * step;
      hn::StoreU(p.adds ? hn::Add(sum[c][v], hn::LoadU(d, place)) : sum[c][v], d, place);
    }
  }
}

template <int Out>
void multiply_rows(const MatrixProduct& p, int64_t row) {
  const int64_t step = lane_count();
  int64_t column = 0;
  for (; column + kVectors * step <= p.columns; column += kVectors * step) {
    multiply_tile<Out, kVectors>(p, row, column);
  }
  if (column + 2 * step <= p.columns) {
    multiply_tile<Out, 2>(p, row, column);
    column += 2 * step;
  }
  if (column < p.columns) {
    multiply_tile<Out, 1>(p, row, column);
  }
}

void multiply(const MatrixProduct& p) {
  for (int64_t row = 0; row < p.out; row += kTile) {
    with_tile(p.out - row, [&](auto tile) HWY_ATTR { multiply_rows<tile>(p, row); });
  }
}

/// The gradients of pixels along a column -> those of its terms.
HWY_INLINE void column_gradient(const Register* y, Register* m) {
  const Register even_a = hn::MulAdd(constant(kA2), y[2], y[0]);
  const Register odd_a = hn::MulAdd(constant(kA2 * kA), y[3], hn::Mul(constant(kA), y[1]));
  const Register even_b = hn::MulAdd(constant(kB2), y[2], y[0]);
  const Register odd_b = hn::MulAdd(constant(kB2 * kB), y[3], hn::Mul(constant(kB), y[1]));
  m[0] = y[0];
  m[1] = hn::Add(even_a, odd_a);
  m[2] = hn::Sub(even_a, odd_a);
  m[3] = hn::Add(even_b, odd_b);
  m[4] = hn::Sub(even_b, odd_b);
  m[5] = y[3];
}

void gradient_terms(const float* const* rows, int64_t stride, int64_t tiles, float* terms,
                    const TermLayout& layout) {
  const Floats d;
  const int64_t distance = layout.distance();
  for (int64_t c = 0; c < layout.channels; ++c) {
    for (int64_t tile = 0; tile < tiles; tile += lane_count()) {
      Register m[2][kWinogradSeen];
      DIRCN_UNROLL
      for (int i = 0; i < 2; ++i) {
        Register y[kWinogradRows];
        DIRCN_UNROLL
        for (int row = 0; row < kWinogradRows; ++row) {
          y[row] = hn::LoadU(d, rows[row] + (i * layout.channels + c) * stride + tile);
        }
        column_gradient(y, m[i]);
      }
      DIRCN_UNROLL
      for (int row = 0; row < kWinogradSeen; ++row) {
        float* place = terms + 4 * row * distance + c * layout.stride + tile;
        hn::StoreU(m[0][row], d, place);
        hn::StoreU(hn::Add(m[0][row], m[1][row]), d, place + distance);
        hn::StoreU(hn::Sub(m[0][row], m[1][row]), d, place + 2 * distance);
        hn::StoreU(hn::Neg(m[1][row]), d, place + 3 * distance);
      }
    }
  }
}

using WideFloats = hn::ScalableTag<double>;
using Wide = hn::Vec<WideFloats>;
using HalfFloats = hn::Rebind<float, WideFloats>;

HWY_INLINE Wide scaled(double factor, Wide x) {
  return hn::Mul(hn::Set(WideFloats(), factor), x);
}

HWY_INLINE Wide wide(const float* place) {
  return hn::PromoteTo(WideFloats(), hn::LoadU(HalfFloats(), place));
}

constexpr double kScaleOf0 = 1 / (kA2 * kB2);

/// Of the terms at ±point; `other` is the other point.
constexpr double scale_of(double point, double other) {
  return 1 / (2 * point * point * (point * point - other * other));
}

/// The terms at ±point of three taps along a column.
HWY_INLINE void column_weights(const Wide* g, double point, double other, Wide* u) {
  const double scale = scale_of(point, other);
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
        g[ky] = wide(place);
      }
      columns[kx][0] = scaled(kScaleOf0, g[0]);
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

void taps_gradient(const float* terms, int64_t distance, int64_t in, float* taps, int64_t stride) {
  const auto step = static_cast<int64_t>(hn::Lanes(WideFloats()));
  for (int64_t channel = 0; channel < in; channel += step) {
    Wide columns[3][kWinogradSeen];
    DIRCN_UNROLL
    for (int row = 0; row < kWinogradSeen; ++row) {
      const float* place = terms + 4 * row * distance + channel;
      const Wide u1 = scaled(0.5, wide(place + distance));
      const Wide u2 = scaled(0.5, wide(place + 2 * distance));
      const Wide both = hn::Add(u1, u2);
      columns[0][row] = hn::Add(wide(place), both);
      columns[1][row] = hn::Sub(u1, u2);
      columns[2][row] = hn::Add(both, wide(place + 3 * distance));
    }
    DIRCN_UNROLL
    for (int kx = 0; kx < 3; ++kx) {
      const Wide* u = columns[kx];
      const Wide even_a = scaled(scale_of(kA, kB), hn::Add(u[1], u[2]));
      const Wide odd_a = scaled(scale_of(kA, kB), hn::Sub(u[1], u[2]));
      const Wide even_b = scaled(scale_of(kB, kA), hn::Add(u[3], u[4]));
      const Wide odd_b = scaled(scale_of(kB, kA), hn::Sub(u[3], u[4]));
      const Wide g[] = {hn::Add(scaled(kScaleOf0, u[0]), hn::Add(even_a, even_b)),
                        hn::Add(scaled(kA, odd_a), scaled(kB, odd_b)),
                        hn::Add(u[5], hn::Add(scaled(kA2, even_a), scaled(kB2, even_b)))};
      DIRCN_UNROLL
      for (int ky = 0; ky < 3; ++ky) {
        hn::StoreU(hn::DemoteTo(HalfFloats(), g[ky]), HalfFloats(),
                   taps + (3 * ky + kx) * stride + channel);
      }
    }
  }
}

WinogradLoops loops() {
  return {input_terms, multiply, output_rows, weight_terms, gradient_terms, taps_gradient};
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
