// The arithmetic of convolve_cpu.cpp, on staged rows.

#include "kernels/convolve/convolve_loops.h"

#include "kernels/convolve/avx512.h"

namespace dircn {
namespace {

// Sums, weights and pixels take all registers. Left alone, the compiler reorders loads and sums
// until it must spill; as single instructions they stay as written, and 97 % of the arithmetic's
// peak is reached instead of 65 %.

DIRCN_LOCAL_INLINE void add_product(__m512& sum, __m512 a, __m512 b) {
  __asm__("vfmadd231ps %1, %2, %0" : "+v"(sum) : "v"(a), "v"(b));
}

DIRCN_LOCAL_INLINE __m512 broadcast(const float& x) {
  __m512 all;
  __asm__("vbroadcastss %1, %0" : "=v"(all) : "m"(x));
  return all;
}

DIRCN_LOCAL_INLINE __m512 pixels(const float* x) {
  __m512 lanes = _mm512_loadu_ps(x);
  __asm__("" : "+v"(lanes));
  return lanes;
}

/// The sums of `Out` output channels at `Vectors` times 16 pixels.
template <int Out, int Vectors>
DIRCN_LOCAL_INLINE void convolve_tile(const StagedRows& x, int64_t in, const float* weight,
                                      int64_t pixel, float* staged) {
  __m512 sum[Out][Vectors];
  DIRCN_UNROLL
  for (int c = 0; c < Out; ++c) {
    DIRCN_UNROLL
    for (int v = 0; v < Vectors; ++v) {
      sum[c][v] = _mm512_setzero_ps();
    }
  }
  for (int64_t channel = 0; channel < in; ++channel) {
    for (int64_t ky = 0; ky < x.rows; ++ky) {
      const float* row = x.row[ky] + channel * x.stride + kMargin - 1 + pixel;
      DIRCN_UNROLL
      for (int kx = 0; kx < 3; ++kx, weight += Out) {
        __m512 values[Vectors];
        DIRCN_UNROLL
        for (int v = 0; v < Vectors; ++v) {
          values[v] = pixels(row + kx + v * kLaneCount);
        }
        DIRCN_UNROLL
        for (int c = 0; c < Out; ++c) {
          const __m512 factor = broadcast(weight[c]);
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
      _mm512_storeu_ps(staged + c * x.stride + kMargin + pixel + v * kLaneCount, sum[c][v]);
    }
  }
}

template <int Out>
void convolve_tiles(const StagedRows& x, int64_t in, const float* weight, float* staged) {
  constexpr int kVectors = 3;
  int64_t pixel = 0;
  for (; pixel + kVectors * kLaneCount <= x.width; pixel += kVectors * kLaneCount) {
    convolve_tile<Out, kVectors>(x, in, weight, pixel, staged);
  }
  for (; pixel < x.width; pixel += kLaneCount) {
    convolve_tile<Out, 1>(x, in, weight, pixel, staged);
  }
}

using Tiles = void (*)(const StagedRows&, int64_t, const float*, float*);
constexpr Tiles kConvolveTiles[kTile] = {convolve_tiles<1>, convolve_tiles<2>, convolve_tiles<3>,
                                         convolve_tiles<4>, convolve_tiles<5>, convolve_tiles<6>,
                                         convolve_tiles<7>, convolve_tiles<8>};

/// Gradients of the 3 taps of a kernel's row between one input and `Out` output channels.
template <int Out>
void weight_gradient_tile(const StagedBand& band, int64_t x_offset, int64_t dy_offset,
                          float* gradient, int64_t out_distance) {
  __m512 sum[Out][3];
  DIRCN_UNROLL
  for (int c = 0; c < Out; ++c) {
    DIRCN_UNROLL
    for (int kx = 0; kx < 3; ++kx) {
      sum[c][kx] = _mm512_setzero_ps();
    }
  }
  for (int64_t row = 0; row < band.rows; ++row) {
    const float* x = band.x + row * band.x_row + x_offset + kMargin - 1;
    const float* dy = band.dy + row * band.dy_row + dy_offset + kMargin;
    for (int64_t pixel = 0; pixel < band.width; pixel += kLaneCount) {
      __m512 values[3];
      DIRCN_UNROLL
      for (int kx = 0; kx < 3; ++kx) {
        values[kx] = pixels(x + pixel + kx);
      }
      DIRCN_UNROLL
      for (int c = 0; c < Out; ++c) {
        const __m512 factor = pixels(dy + c * band.stride + pixel);
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
      gradient[c * out_distance + kx] += _mm512_reduce_add_ps(sum[c][kx]);
    }
  }
}

using WeightTile = void (*)(const StagedBand&, int64_t, int64_t, float*, int64_t);
constexpr WeightTile kWeightTile[kTile] = {weight_gradient_tile<1>, weight_gradient_tile<2>,
                                           weight_gradient_tile<3>, weight_gradient_tile<4>,
                                           weight_gradient_tile<5>, weight_gradient_tile<6>,
                                           weight_gradient_tile<7>, weight_gradient_tile<8>};

}  // namespace

void convolve_row(const StagedRows& x, int64_t in, int64_t out, const float* weight,
                  float* staged) {
  for (int64_t c = 0; c < out; c += kTile) {
    const int64_t tile = smaller(out - c, kTile);
    kConvolveTiles[tile - 1](x, in, weight + c * in * x.rows * 3, staged + c * x.stride);
  }
}

void pair_inputs(const float* const* x, int64_t size, float* terms) {
  for (int64_t i = 0; i < size; i += kLaneCount) {
    const __m512 x0 = _mm512_loadu_ps(x[0] + i);
    const __m512 x1 = _mm512_loadu_ps(x[1] + i);
    const __m512 x2 = _mm512_loadu_ps(x[2] + i);
    const __m512 x3 = _mm512_loadu_ps(x[3] + i);
    _mm512_storeu_ps(terms + i, _mm512_sub_ps(x0, x2));
    _mm512_storeu_ps(terms + size + i, _mm512_add_ps(x1, x2));
    _mm512_storeu_ps(terms + 2 * size + i, _mm512_sub_ps(x2, x1));
    _mm512_storeu_ps(terms + 3 * size + i, _mm512_sub_ps(x1, x3));
  }
}

void pair_outputs(const float* m, int64_t channels, int64_t width, float* y0, float* y1) {
  const int64_t stride = staged_stride(width);
  const int64_t size = channels * stride;
  for (int64_t c = 0; c < channels; ++c) {
    for (int64_t pixel = 0; pixel < width; pixel += kLaneCount) {
      const int64_t i = c * stride + kMargin + pixel;
      const __m512 m1 = _mm512_loadu_ps(m + size + i);
      const __m512 m2 = _mm512_loadu_ps(m + 2 * size + i);
      const __m512 m3 = _mm512_loadu_ps(m + 3 * size + i);
      const __m512 both = _mm512_add_ps(_mm512_loadu_ps(m + i), m1);
      _mm512_storeu_ps(y0 + i, _mm512_add_ps(both, m2));
      _mm512_storeu_ps(y1 + i, _mm512_sub_ps(_mm512_sub_ps(m1, m2), m3));
    }
  }
}

void pair_weights(const float* weight, int64_t count, float* terms) {
  for (int64_t i = 0; i < count; ++i) {
    for (int64_t kx = 0; kx < 3; ++kx) {
      const float g0 = weight[9 * i + kx];
      const float g1 = weight[9 * i + 3 + kx];
      const float g2 = weight[9 * i + 6 + kx];
      float* term = terms + 3 * i + kx;
      term[0] = g0;
      term[3 * count] = 0.5F * (g0 + g1 + g2);
      term[6 * count] = 0.5F * (g0 - g1 + g2);
      term[9 * count] = g2;
    }
  }
}

void add_row_moments(const float* staged, int64_t channels, int64_t width, const float* pivot,
                     double* sums) {
  for (int64_t c = 0; c < channels; ++c) {
    const float* row = staged + c * staged_stride(width) + kMargin;
    const __m512 centre = _mm512_set1_ps(pivot[c]);
    __m512 first = _mm512_setzero_ps();
    __m512 second = _mm512_setzero_ps();
    for (int64_t pixel = 0; pixel < width; pixel += kLaneCount) {
      const __mmask16 lanes = first_lanes(width - pixel);
      const __m512 difference = _mm512_maskz_sub_ps(lanes, _mm512_loadu_ps(row + pixel), centre);
      first = _mm512_add_ps(first, difference);
      second = _mm512_fmadd_ps(difference, difference, second);
    }
    sums[2 * c] += static_cast<double>(_mm512_reduce_add_ps(first));
    sums[2 * c + 1] += static_cast<double>(_mm512_reduce_add_ps(second));
  }
}

void add_weight_gradient(const StagedBand& band, int64_t in, int64_t out, float* gradient) {
  for (int64_t c = 0; c < out; c += kTile) {
    const auto add = kWeightTile[smaller(out - c, kTile) - 1];
    for (int64_t channel = 0; channel < in; ++channel) {
      for (int64_t ky = 0; ky < 3; ++ky) {
        add(band, ky * band.x_row + channel * band.stride, c * band.stride,
            gradient + (c * in + channel) * 9 + 3 * ky, in * 9);
      }
    }
  }
}

}  // namespace dircn
