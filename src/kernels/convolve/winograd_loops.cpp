// The arithmetic of convolve_winograd.cpp. Written once, compiled for each of the processor's
// generations.

#include "kernels/convolve/winograd_loops.h"

#include <cstdint>

#include "dircn/runtime/highway_targets.h"
#include "kernels/convolve/winograd_points.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/convolve/winograd_loops.cpp"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"
#include "kernels/convolve/register_tile-inl.h"

HWY_BEFORE_NAMESPACE();
namespace dircn {
namespace HWY_NAMESPACE {
namespace {

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

WinogradLoops loops() {
  return {input_terms, multiply, output_rows, gradient_terms};
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
