// The arithmetic of convolve_cpu.cpp, on staged rows. Written once, compiled for each of the
// processor's generations.

#include "kernels/convolve/convolve_loops.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "dircn/runtime/highway_targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/convolve/convolve_loops.cpp"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"
#include "kernels/convolve/register_tile-inl.h"

HWY_BEFORE_NAMESPACE();
namespace dircn {
namespace HWY_NAMESPACE {
namespace {

/// The sums of `Out` output channels at `Vectors` registers of pixels.
template <int Out, int Vectors>
HWY_INLINE void convolve_tile(const StagedRows& x, int64_t in, const float* weight, int64_t pixel,
                              float* staged) {
  const int64_t step = lane_count();
  Register sum[Out][Vectors];
  DIRCN_UNROLL
  for (int c = 0; c < Out; ++c) {
    DIRCN_UNROLL
    for (int v = 0; v < Vectors; ++v) {
      sum[c][v] = hn::Zero(Floats());
    }
  }
  for (int64_t channel = 0; channel < in; ++channel) {
    for (int64_t ky = 0; ky < x.rows; ++ky) {
      const float* row = x.row[ky] + channel * x.stride + kMargin - 1 + pixel;
      DIRCN_UNROLL
      for (int kx = 0; kx < 3; ++kx, weight += Out) {
        Register values[Vectors];
        DIRCN_UNROLL
        for (int v = 0; v < Vectors; ++v) {
          values[v] = pixels(row + kx + v * step);
        }
        DIRCN_UNROLL
        for (int c = 0; c < Out; ++c) {
          const Register factor = broadcast(weight[c]);
          DIRCN_UNROLL
          for (int v = 0; v < Vectors; ++v) {
            add_product(sum[c][v], values[v], factor);
          }
        }
      }
    }
  }
  DIRCN_UNROLL
  for (int c = 0; c < Out; ++c) {
    DIRCN_UNROLL
    for (int v = 0; v < Vectors; ++v) {
      hn::StoreU(sum[c][v], Floats(), staged + c * x.stride + kMargin + pixel + v * step);
    }
  }
}

template <int Out>
void convolve_tiles(const StagedRows& x, int64_t in, const float* weight, float* staged) {
  const int64_t step = lane_count();
  int64_t pixel = 0;
  for (; pixel + kVectors * step <= x.width; pixel += kVectors * step) {
    convolve_tile<Out, kVectors>(x, in, weight, pixel, staged);
  }
  for (; pixel < x.width; pixel += step) {
    convolve_tile<Out, 1>(x, in, weight, pixel, staged);
  }
}

/// Gradients of the 3 taps of a kernel's row between one input and `Out` output channels.
template <int Out>
HWY_NOINLINE void weight_gradient_tile(const StagedBand& band, int64_t x_offset, int64_t dy_offset,
                                       float* gradient, int64_t out_distance) {
  Register sum[Out][3];
  DIRCN_UNROLL
  for (int c = 0; c < Out; ++c) {
    DIRCN_UNROLL
    for (int kx = 0; kx < 3; ++kx) {
      sum[c][kx] = hn::Zero(Floats());
    }
  }
  for (int64_t row = 0; row < band.rows; ++row) {
    const float* x = band.x + row * band.x_row + x_offset + kMargin - 1;
    const float* dy = band.dy + row * band.dy_row + dy_offset + kMargin;
    for (int64_t pixel = 0; pixel < band.width; pixel += lane_count()) {
      Register values[3];
      DIRCN_UNROLL
      for (int kx = 0; kx < 3; ++kx) {
        values[kx] = pixels(x + pixel + kx);
      }
      DIRCN_UNROLL
      for (int c = 0; c < Out; ++c) {
        const Register factor = pixels(dy + c * band.stride + pixel);
        DIRCN_UNROLL
        for (int kx = 0; kx < 3; ++kx) {
          add_product(sum[c][kx], values[kx], factor);
        }
      }
    }
  }
  DIRCN_UNROLL
  for (int c = 0; c < Out; ++c) {
    DIRCN_UNROLL
    for (int kx = 0; kx < 3; ++kx) {
      gradient[c * out_distance + kx] += hn::GetLane(hn::SumOfLanes(Floats(), sum[c][kx]));
    }
  }
}

void convolve_row(const StagedRows& x, int64_t in, int64_t out, const float* weight,
                  float* staged) {
  for (int64_t c = 0; c < out; c += kTile) {
    with_tile(out - c, [&](auto tile) HWY_ATTR {
      convolve_tiles<tile>(x, in, weight + c * in * x.rows * 3, staged + c * x.stride);
    });
  }
}

void pair_inputs(const float* const* x, int64_t size, float* terms) {
  const Floats d;
  for (int64_t i = 0; i < size; i += lane_count()) {
    const Register x0 = hn::LoadU(d, x[0] + i);
    const Register x1 = hn::LoadU(d, x[1] + i);
    const Register x2 = hn::LoadU(d, x[2] + i);
    const Register x3 = hn::LoadU(d, x[3] + i);
    hn::StoreU(hn::Sub(x0, x2), d, terms + i);
    hn::StoreU(hn::Add(x1, x2), d, terms + size + i);
    hn::StoreU(hn::Sub(x2, x1), d, terms + 2 * size + i);
    hn::StoreU(hn::Sub(x1, x3), d, terms + 3 * size + i);
  }
}

void pair_outputs(const float* m, int64_t channels, int64_t width, float* y0, float* y1) {
  const Floats d;
  const int64_t stride = staged_stride(width);
  const int64_t size = channels * stride;
  for (int64_t c = 0; c < channels; ++c) {
    for (int64_t pixel = 0; pixel < width; pixel += lane_count()) {
      const int64_t i = c * stride + kMargin + pixel;
      const Register m1 = hn::LoadU(d, m + size + i);
      const Register m2 = hn::LoadU(d, m + 2 * size + i);
      const Register m3 = hn::LoadU(d, m + 3 * size + i);
      const Register both = hn::Add(hn::LoadU(d, m + i), m1);
      hn::StoreU(hn::Add(both, m2), d, y0 + i);
      hn::StoreU(hn::Sub(hn::Sub(m1, m2), m3), d, y1 + i);
    }
  }
}

void add_row_moments(const float* staged, int64_t channels, int64_t width, const float* pivot,
                     double* sums) {
  const Floats d;
  const int64_t step = lane_count();
  for (int64_t c = 0; c < channels; ++c) {
    const float* row = staged + c * staged_stride(width) + kMargin;
    const Register centre = hn::Set(d, pivot[c]);
    Register first = hn::Zero(d);
    Register second = hn::Zero(d);
    const auto add = [&](Register difference) HWY_ATTR {
      first = hn::Add(first, difference);
      second = hn::MulAdd(difference, difference, second);
    };
    int64_t pixel = 0;
    for (; pixel + step <= width; pixel += step) {
      add(hn::Sub(hn::LoadU(d, row + pixel), centre));
    }
    if (pixel < width) {
      const auto inside = hn::FirstN(d, static_cast<size_t>(width - pixel));
      add(hn::IfThenElseZero(inside, hn::Sub(hn::LoadU(d, row + pixel), centre)));
    }
    sums[2 * c] += static_cast<double>(hn::GetLane(hn::SumOfLanes(d, first)));
    sums[2 * c + 1] += static_cast<double>(hn::GetLane(hn::SumOfLanes(d, second)));
  }
}

void add_weight_gradient(const StagedBand& band, int64_t in, int64_t out, float* gradient) {
  for (int64_t c = 0; c < out; c += kTile) {
    for (int64_t channel = 0; channel < in; ++channel) {
      for (int64_t ky = 0; ky < 3; ++ky) {
        with_tile(out - c, [&](auto tile) HWY_ATTR {
          weight_gradient_tile<tile>(band, ky * band.x_row + channel * band.stride, c * band.stride,
                                     gradient + (c * in + channel) * 9 + 3 * ky, in * 9);
        });
      }
    }
  }
}

ConvolveLoops loops() {
  return {kTile, convolve_row, pair_inputs, pair_outputs, add_row_moments, add_weight_gradient};
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

ConvolveLoops convolve_loops() {
  return HWY_DYNAMIC_DISPATCH(loops)();
}

}  // namespace dircn
#endif
