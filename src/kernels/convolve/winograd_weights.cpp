// Weights of winograd_loops.cpp. In double precision, so that each term is rounded once.

#include "kernels/convolve/winograd_weights.h"

#include <algorithm>
#include <cstdint>

#include "dircn/runtime/highway_targets.h"
#include "kernels/convolve/winograd_loops.h"
#include "kernels/convolve/winograd_points.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/convolve/winograd_weights.cpp"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"
#include "kernels/lane_math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace dircn {
namespace HWY_NAMESPACE {
namespace {

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

void weight_terms(const float* taps, int64_t stride, int64_t in, float* terms, int64_t distance) {
  const auto step = static_cast<int64_t>(hn::Lanes(WideFloats()));
  for (int64_t channel = 0; channel < in; channel += step) {
    Wide columns[3][kWinogradSeen];
    for (int kx = 0; kx < 3; ++kx) {
      Wide g[3];
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
    for (int row = 0; row < kWinogradSeen; ++row) {
      const float* place = terms + 4 * row * distance + channel;
      const Wide u1 = scaled(0.5, wide(place + distance));
      const Wide u2 = scaled(0.5, wide(place + 2 * distance));
      const Wide both = hn::Add(u1, u2);
      columns[0][row] = hn::Add(wide(place), both);
      columns[1][row] = hn::Sub(u1, u2);
      columns[2][row] = hn::Add(both, wide(place + 3 * distance));
    }
    for (int kx = 0; kx < 3; ++kx) {
      const Wide* u = columns[kx];
      const Wide even_a = scaled(scale_of(kA, kB), hn::Add(u[1], u[2]));
      const Wide odd_a = scaled(scale_of(kA, kB), hn::Sub(u[1], u[2]));
      const Wide even_b = scaled(scale_of(kB, kA), hn::Add(u[3], u[4]));
      const Wide odd_b = scaled(scale_of(kB, kA), hn::Sub(u[3], u[4]));
      const Wide g[] = {hn::Add(scaled(kScaleOf0, u[0]), hn::Add(even_a, even_b)),
                        hn::Add(scaled(kA, odd_a), scaled(kB, odd_b)),
                        hn::Add(u[5], hn::Add(scaled(kA2, even_a), scaled(kB2, even_b)))};
      for (int ky = 0; ky < 3; ++ky) {
        hn::StoreU(hn::DemoteTo(HalfFloats(), g[ky]), HalfFloats(),
                   taps + (3 * ky + kx) * stride + channel);
      }
    }
  }
}

WinogradWeightLoops weight_loops() {
  return {weight_terms, taps_gradient};
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace dircn
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace dircn {
namespace {

HWY_EXPORT(weight_loops);

}  // namespace

WinogradWeightLoops winograd_weight_loops() {
  return HWY_DYNAMIC_DISPATCH(weight_loops)();
}

}  // namespace dircn
#endif
