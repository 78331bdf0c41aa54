// Channels-last rows to staged ones and back (Note [Rows with channels apart]).

#include "kernels/convolve/avx512.h"
#include "kernels/convolve/convolve_loops.h"

namespace dircn {
namespace {

DIRCN_LOCAL_INLINE __m512 load(const float* x, __mmask16 which) {
  return _mm512_maskz_loadu_ps(which, x);
}

DIRCN_LOCAL_INLINE __m512 load(const Bfloat16Bits* x, __mmask16 which) {
  const __m512i wide = _mm512_cvtepu16_epi32(_mm256_maskz_loadu_epi16(which, x));
  return _mm512_castsi512_ps(_mm512_slli_epi32(wide, 16));
}

DIRCN_LOCAL_INLINE void store(__m512 value, float* place, __mmask16 which) {
  _mm512_mask_storeu_ps(place, which, value);
}

/// Rounds to nearest, ties to even; not-a-number stays what it is.
DIRCN_LOCAL_INLINE void store(__m512 value, Bfloat16Bits* place, __mmask16 which) {
  const __m512i bits = _mm512_castps_si512(value);
  const __m512i odd = _mm512_and_si512(_mm512_srli_epi32(bits, 16), _mm512_set1_epi32(1));
  const __m512i half = _mm512_add_epi32(_mm512_set1_epi32(0x7FFF), odd);
  const __m512i rounded = _mm512_srli_epi32(_mm512_add_epi32(bits, half), 16);
  const __mmask16 nan = _mm512_cmp_ps_mask(value, value, _CMP_UNORD_Q);
  const __m512i result = _mm512_mask_mov_epi32(rounded, nan, _mm512_set1_epi32(0x7FC0));
  _mm256_mask_storeu_epi16(place, which, _mm512_cvtepi32_epi16(result));
}

/// a0 b0 a1 b1 ... in two vectors -> a0 a1 ..., b0 b1 ...
DIRCN_LOCAL_INLINE void unzip(__m512& first, __m512& second) {
  const __m512i even = _mm512_set_epi32(30, 28, 26, 24, 22, 20, 18, 16, 14, 12, 10, 8, 6, 4, 2, 0);
  const __m512i odd = _mm512_add_epi32(even, _mm512_set1_epi32(1));
  const __m512 a = first;
  first = _mm512_permutex2var_ps(a, even, second);
  second = _mm512_permutex2var_ps(a, odd, second);
}

/// The other way.
DIRCN_LOCAL_INLINE void zip(__m512& first, __m512& second) {
  const __m512i low = _mm512_set_epi32(23, 7, 22, 6, 21, 5, 20, 4, 19, 3, 18, 2, 17, 1, 16, 0);
  const __m512i high = _mm512_add_epi32(low, _mm512_set1_epi32(8));
  const __m512 a = first;
  first = _mm512_permutex2var_ps(a, low, second);
  second = _mm512_permutex2var_ps(a, high, second);
}

/// 16 pixels of 2, 4, 8 or 16 channels, one after the other -> a vector for each channel.
template <int Channels>
DIRCN_LOCAL_INLINE void channels_apart(__m512* v) {
  DIRCN_UNROLL
  for (int step = 1; step < Channels; step *= 2) {
    DIRCN_UNROLL
    for (int i = 0; i < Channels; ++i) {
      if ((i & step) == 0) {
        unzip(v[i], v[i + step]);
      }
    }
  }
}

/// The other way.
template <int Channels>
DIRCN_LOCAL_INLINE void channels_together(__m512* v) {
  DIRCN_UNROLL
  for (int step = Channels / 2; step > 0; step /= 2) {
    DIRCN_UNROLL
    for (int i = 0; i < Channels; ++i) {
      if ((i & step) == 0) {
        zip(v[i], v[i + step]);
      }
    }
  }
}

/// 16 pixels to the first `count` of so many staged channels.
template <int Channels>
DIRCN_LOCAL_INLINE void store_apart(__m512* v, int64_t count, int64_t stride, float* staged) {
  channels_apart<Channels>(v);
  DIRCN_UNROLL
  for (int64_t i = 0; i < Channels; ++i) {
    if (i < count) {
      _mm512_storeu_ps(staged + i * stride, v[i]);
    }
  }
}

/// The other way; further channels are zero.
template <int Channels>
DIRCN_LOCAL_INLINE void load_together(const float* staged, int64_t stride, int64_t count,
                                      __m512* v) {
  DIRCN_UNROLL
  for (int64_t i = 0; i < Channels; ++i) {
    v[i] = i < count ? _mm512_loadu_ps(staged + i * stride) : _mm512_setzero_ps();
  }
  channels_together<Channels>(v);
}

/// Rows of so few channels that a vector holds several pixels. `staged` is where their first pixel
/// goes.
template <int Channels, typename T>
void stage_dense(const T* row, int64_t width, float* staged) {
  for (int64_t pixel = 0; pixel < width; pixel += kLaneCount) {
    const int64_t left = (width - pixel) * Channels;
    __m512 v[Channels];
    DIRCN_UNROLL
    for (int64_t i = 0; i < Channels; ++i) {
      const int64_t first = i * kLaneCount;
      v[i] = load(row + pixel * Channels + first, first_lanes(left - first));
    }
    store_apart<Channels>(v, Channels, staged_stride(width), staged + pixel);
  }
}

template <int Channels, typename T>
void unstage_dense(const float* staged, int64_t width, T* row) {
  for (int64_t pixel = 0; pixel < width; pixel += kLaneCount) {
    const int64_t left = (width - pixel) * Channels;
    __m512 v[Channels];
    load_together<Channels>(staged + pixel, staged_stride(width), Channels, v);
    DIRCN_UNROLL
    for (int64_t i = 0; i < Channels; ++i) {
      const int64_t first = i * kLaneCount;
      store(v[i], row + pixel * Channels + first, first_lanes(left - first));
    }
  }
}

/// `count` of a row's channels, 16 at most; `distance` is that of pixels.
template <typename T>
void stage_channels(const T* row, int64_t distance, int64_t count, int64_t width, float* staged) {
  const __mmask16 lanes = first_lanes(count);
  for (int64_t pixel = 0; pixel < width; pixel += kLaneCount) {
    __m512 v[kLaneCount];
    DIRCN_UNROLL
    for (int64_t i = 0; i < kLaneCount; ++i) {
      v[i] = load(row + (pixel + i) * distance, pixel + i < width ? lanes : 0);
    }
    store_apart<kLaneCount>(v, count, staged_stride(width), staged + pixel);
  }
}

template <typename T>
void unstage_channels(const float* staged, int64_t distance, int64_t count, int64_t width, T* row) {
  const __mmask16 lanes = first_lanes(count);
  for (int64_t pixel = 0; pixel < width; pixel += kLaneCount) {
    __m512 v[kLaneCount];
    load_together<kLaneCount>(staged + pixel, staged_stride(width), count, v);
    DIRCN_UNROLL
    for (int64_t i = 0; i < kLaneCount; ++i) {
      if (pixel + i < width) {
        store(v[i], row + (pixel + i) * distance, lanes);
      }
    }
  }
}

}  // namespace

template <typename T>
void RowLoops<T>::stage(const T* row, int64_t channels, int64_t width, float* staged) {
  const int64_t stride = staged_stride(width);
  for (int64_t c = 0; c < channels; ++c) {
    _mm512_storeu_ps(staged + c * stride, _mm512_setzero_ps());
    _mm512_storeu_ps(staged + (c + 1) * stride - kMargin, _mm512_setzero_ps());
  }
  switch (channels) {
    case 2:
      return stage_dense<2>(row, width, staged + kMargin);
    case 4:
      return stage_dense<4>(row, width, staged + kMargin);
    case 8:
      return stage_dense<8>(row, width, staged + kMargin);
    default:
      for (int64_t c = 0; c < channels; c += kLaneCount) {
        stage_channels(row + c, channels, smaller(channels - c, kLaneCount), width,
                       staged + c * stride + kMargin);
      }
  }
}

template <typename T>
void RowLoops<T>::unstage(const float* staged, int64_t channels, int64_t width, T* row) {
  switch (channels) {
    case 2:
      return unstage_dense<2>(staged + kMargin, width, row);
    case 4:
      return unstage_dense<4>(staged + kMargin, width, row);
    case 8:
      return unstage_dense<8>(staged + kMargin, width, row);
    default:
      for (int64_t c = 0; c < channels; c += kLaneCount) {
        unstage_channels(staged + c * staged_stride(width) + kMargin, channels,
                         smaller(channels - c, kLaneCount), width, row + c);
      }
  }
}

template struct RowLoops<float>;
template struct RowLoops<Bfloat16Bits>;

}  // namespace dircn
