// Channels-last rows to staged ones and back (Note [Rows with channels apart]).

#include <algorithm>
#include <cstdint>

#include "kernels/convolve/convolve_loops.h"

#include "dircn/runtime/highway_targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/convolve/convolve_staging.cpp"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"
#include "kernels/lane_math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace dircn {
namespace HWY_NAMESPACE {
namespace {

constexpr OneFloat kOne;

// `staged` is where the row's first pixel lies.

template <typename T>
void stage_pixels(const T* row, int64_t channels, int64_t width, int64_t stride, float* staged) {
  for (int64_t c = 0; c < channels; ++c) {
    for (int64_t pixel = 0; pixel < width; ++pixel) {
      staged[c * stride + pixel] = to_float(row[pixel * channels + c]);
    }
  }
}

template <typename T>
void unstage_pixels(const float* staged, int64_t channels, int64_t width, int64_t stride, T* row) {
  for (int64_t pixel = 0; pixel < width; ++pixel) {
    for (int64_t c = 0; c < channels; ++c) {
      store(kOne, load(kOne, staged + c * stride + pixel), row + pixel * channels + c);
    }
  }
}

#if HWY_TARGET == HWY_SCALAR

template <typename T>
void stage_row(const T* row, int64_t channels, int64_t width, int64_t stride, float* staged) {
  stage_pixels(row, channels, width, stride, staged);
}

template <typename T>
void unstage_row(const float* staged, int64_t channels, int64_t width, int64_t stride, T* row) {
  unstage_pixels(staged, channels, width, stride, row);
}

#else

// Otherwise 4 channels of a register's pixels are turned at a time: of each block of 4 lanes, 4
// pixels' channels become 4 channels' pixels. What is left over is turned with some of its
// neighbours once more.

constexpr int64_t kBlock = 4;
constexpr int64_t kPixels = HWY_MAX_BYTES / sizeof(float);

/// Block b of 4 lanes from place + b · distance.
template <class D, typename T>
HWY_INLINE hn::Vec<D> load_blocks(D d, const T* place, int64_t distance) {
  if constexpr (hn::MaxLanes(D()) == kBlock) {
    return load(d, place);
  } else {
    const hn::Half<D> half;
    const int64_t upper = static_cast<int64_t>(hn::MaxLanes(half)) / kBlock * distance;
    return hn::Combine(d, load_blocks(half, place + upper, distance),
                       load_blocks(half, place, distance));
  }
}

template <class D, typename T>
HWY_INLINE void store_blocks(D d, hn::Vec<D> value, T* place, int64_t distance) {
  if constexpr (hn::MaxLanes(D()) == kBlock) {
    store(d, value, place);
  } else {
    const hn::Half<D> half;
    const int64_t upper = static_cast<int64_t>(hn::MaxLanes(half)) / kBlock * distance;
    store_blocks(half, hn::LowerHalf(half, value), place, distance);
    store_blocks(half, hn::UpperHalf(half, value), place + upper, distance);
  }
}

/// In each block of 4 lanes, rows become columns.
HWY_INLINE void turn_blocks(hn::Vec<Floats>* v) {
  const Floats d;
  const hn::Repartition<double, Floats> pairs;
  const auto low = [&](auto a, auto b) HWY_ATTR {
    return hn::BitCast(d, hn::InterleaveLower(pairs, hn::BitCast(pairs, a), hn::BitCast(pairs, b)));
  };
  const auto high = [&](auto a, auto b) HWY_ATTR {
    return hn::BitCast(d, hn::InterleaveUpper(pairs, hn::BitCast(pairs, a), hn::BitCast(pairs, b)));
  };
  const auto ab_low = hn::InterleaveLower(d, v[0], v[1]);
  const auto ab_high = hn::InterleaveUpper(d, v[0], v[1]);
  const auto cd_low = hn::InterleaveLower(d, v[2], v[3]);
  const auto cd_high = hn::InterleaveUpper(d, v[2], v[3]);
  v[0] = low(ab_low, cd_low);
  v[1] = high(ab_low, cd_low);
  v[2] = low(ab_high, cd_high);
  v[3] = high(ab_high, cd_high);
}

/// Channels c to c + 3 of a register's pixels.
template <typename T>
HWY_INLINE void stage_block(const T* row, int64_t channels, int64_t stride, float* staged) {
  hn::Vec<Floats> v[kBlock];
  for (int64_t i = 0; i < kBlock; ++i) {
    v[i] = load_blocks(Floats(), row + i * channels, kBlock * channels);
  }
  turn_blocks(v);
  for (int64_t i = 0; i < kBlock; ++i) {
    hn::StoreU(v[i], Floats(), staged + i * stride);
  }
}

template <typename T>
HWY_INLINE void unstage_block(const float* staged, int64_t channels, int64_t stride, T* row) {
  hn::Vec<Floats> v[kBlock];
  for (int64_t i = 0; i < kBlock; ++i) {
    v[i] = hn::LoadU(Floats(), staged + i * stride);
  }
  turn_blocks(v);
  for (int64_t i = 0; i < kBlock; ++i) {
    store_blocks(Floats(), v[i], row + i * channels, kBlock * channels);
  }
}

/// The order of values that lie `Step` apart in a register's.
template <int64_t Step>
struct Order {
  alignas(HWY_MAX_BYTES) int32_t places[kPixels] = {};

  constexpr Order() {
    for (int64_t i = 0; i < kPixels; ++i) {
      constexpr int64_t kRuns = kPixels / Step;
      places[i] = static_cast<int32_t>(i % kRuns * Step + i / kRuns);
    }
  }
};

// Blocks of a dense row of 4 channels hold pixels that lie as far apart as there are blocks.
constexpr Order<kBlock> kByPixel;
constexpr Order<kPixels / kBlock> kByBlock;

/// All of 4 channels of a register's pixels.
template <typename T>
HWY_INLINE void stage_four(const T* row, int64_t stride, float* staged) {
  hn::Vec<Floats> v[kBlock];
  for (int64_t i = 0; i < kBlock; ++i) {
    v[i] = load(Floats(), row + i * kPixels);
  }
  turn_blocks(v);
  const auto order = hn::SetTableIndices(Floats(), kByPixel.places);
  for (int64_t i = 0; i < kBlock; ++i) {
    hn::StoreU(hn::TableLookupLanes(v[i], order), Floats(), staged + i * stride);
  }
}

template <typename T>
HWY_INLINE void unstage_four(const float* staged, int64_t stride, T* row) {
  hn::Vec<Floats> v[kBlock];
  const auto order = hn::SetTableIndices(Floats(), kByBlock.places);
  for (int64_t i = 0; i < kBlock; ++i) {
    v[i] = hn::TableLookupLanes(hn::LoadU(Floats(), staged + i * stride), order);
  }
  turn_blocks(v);
  for (int64_t i = 0; i < kBlock; ++i) {
    store(Floats(), v[i], row + i * kPixels);
  }
}

/// Two channels of a register's pixels.
template <typename T>
HWY_INLINE void stage_two(const T* row, int64_t stride, float* staged) {
  const Floats d;
  const auto lower = load(d, row);
  const auto upper = load(d, row + kPixels);
  hn::StoreU(hn::ConcatEven(d, upper, lower), d, staged);
  hn::StoreU(hn::ConcatOdd(d, upper, lower), d, staged + stride);
}

template <typename T>
HWY_INLINE void unstage_two(const float* staged, int64_t stride, T* row) {
  const Floats d;
  alignas(HWY_MAX_BYTES) float values[2 * kPixels];
  hn::StoreInterleaved2(hn::LoadU(d, staged), hn::LoadU(d, staged + stride), d, values);
  store(d, hn::LoadU(d, values), row);
  store(d, hn::LoadU(d, values + kPixels), row + kPixels);
}

/// Calls work(place) so that places to place + step cover 0 to size, which is at least step.
template <typename Work>
HWY_INLINE void cover(int64_t size, int64_t step, const Work& work) {
  for (int64_t place = 0; place < size; place += step) {
    work(std::min(place, size - step));
  }
}

template <typename T>
void stage_row(const T* row, int64_t channels, int64_t width, int64_t stride, float* staged) {
  if (width < kPixels || channels == 1 || channels == 3) {
    stage_pixels(row, channels, width, stride, staged);
  } else if (channels == 2) {
    cover(width, kPixels,
          [&](int64_t pixel) HWY_ATTR { stage_two(row + pixel * 2, stride, staged + pixel); });
  } else if (channels == 4) {
    cover(width, kPixels,
          [&](int64_t pixel) HWY_ATTR { stage_four(row + pixel * 4, stride, staged + pixel); });
  } else {
    cover(width, kPixels, [&](int64_t pixel) HWY_ATTR {
      cover(channels, kBlock, [&](int64_t c) HWY_ATTR {
        stage_block(row + pixel * channels + c, channels, stride, staged + c * stride + pixel);
      });
    });
  }
}

template <typename T>
void unstage_row(const float* staged, int64_t channels, int64_t width, int64_t stride, T* row) {
  if (width < kPixels || channels == 1 || channels == 3) {
    unstage_pixels(staged, channels, width, stride, row);
  } else if (channels == 2) {
    cover(width, kPixels,
          [&](int64_t pixel) HWY_ATTR { unstage_two(staged + pixel, stride, row + pixel * 2); });
  } else if (channels == 4) {
    cover(width, kPixels,
          [&](int64_t pixel) HWY_ATTR { unstage_four(staged + pixel, stride, row + pixel * 4); });
  } else {
    cover(width, kPixels, [&](int64_t pixel) HWY_ATTR {
      cover(channels, kBlock, [&](int64_t c) HWY_ATTR {
        unstage_block(staged + c * stride + pixel, channels, stride, row + pixel * channels + c);
      });
    });
  }
}

#endif

template <typename T>
void stage(const T* row, int64_t channels, int64_t width, float* staged) {
  const int64_t stride = staged_stride(width);
  for (int64_t c = 0; c < channels; ++c) {
    std::fill_n(staged + c * stride, kMargin, 0.0F);
    std::fill_n(staged + (c + 1) * stride - 2 * kMargin, 2 * kMargin, 0.0F);  // some pixels, too
  }
  stage_row(row, channels, width, stride, staged + kMargin);
}

template <typename T>
void unstage(const float* staged, int64_t channels, int64_t width, T* row) {
  unstage_row(staged + kMargin, channels, width, staged_stride(width), row);
}

RowLoops<float> float_loops() {
  return {stage<float>, unstage<float>};
}

RowLoops<Bfloat16Bits> bfloat16_loops() {
  return {stage<Bfloat16Bits>, unstage<Bfloat16Bits>};
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace dircn
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace dircn {
namespace {

HWY_EXPORT(float_loops);
HWY_EXPORT(bfloat16_loops);

}  // namespace

template <>
RowLoops<float> row_loops() {
  return HWY_DYNAMIC_DISPATCH(float_loops)();
}

template <>
RowLoops<Bfloat16Bits> row_loops() {
  return HWY_DYNAMIC_DISPATCH(bfloat16_loops)();
}

}  // namespace dircn
#endif
