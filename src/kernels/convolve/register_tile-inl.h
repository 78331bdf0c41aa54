// What products of pixels and weights, taken in registers, are made of, for whatever instruction
// set is being compiled for. Included once for each of them, as Highway's foreach_target.h has it.

#if defined(DIRCN_REGISTER_TILE_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef DIRCN_REGISTER_TILE_INL_H
#undef DIRCN_REGISTER_TILE_INL_H
#else
#define DIRCN_REGISTER_TILE_INL_H
#endif

#include <cstdint>
#include <type_traits>

#include "hwy/highway.h"
#include "kernels/lane_math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace dircn {
namespace HWY_NAMESPACE {

/// A loop that disappears: what it indexes lies in registers.
#undef DIRCN_UNROLL
#define DIRCN_UNROLL _Pragma("GCC unroll 16")

using Register = hn::Vec<Floats>;

// Sums, weights and pixels take all registers: 32 of them with AVX-512 and NEON, else 16.
#if HWY_TARGET == HWY_AVX3 || HWY_TARGET == HWY_NEON
constexpr int kTile = 8;
#else
constexpr int kTile = 4;
#endif
constexpr int kVectors = 3;

// Left alone, the compiler reorders loads and sums until it must spill; as single instructions they
// stay as written: 97 % of the arithmetic's peak is reached with AVX-512 instead of 65 %.

HWY_INLINE void add_product(Register& sum, Register a, Register b) {
#if HWY_TARGET == HWY_AVX3
  __asm__("vfmadd231ps %1, %2, %0" : "+v"(sum.raw) : "v"(a.raw), "v"(b.raw));
#elif HWY_TARGET == HWY_AVX2
  __asm__("vfmadd231ps %1, %2, %0" : "+x"(sum.raw) : "x"(a.raw), "x"(b.raw));
#else
  sum = hn::MulAdd(a, b, sum);
#endif
}

HWY_INLINE Register broadcast(const float& x) {
#if HWY_TARGET == HWY_AVX3 || HWY_TARGET == HWY_AVX2
  Register all;
  __asm__("vbroadcastss %1, %0" : "=v"(all.raw) : "m"(x));
  return all;
#else
  return hn::Set(Floats(), x);
#endif
}

HWY_INLINE Register pixels(const float* x) {
  Register lanes = hn::LoadU(Floats(), x);
#if HWY_TARGET == HWY_AVX3 || HWY_TARGET == HWY_AVX2
  __asm__("" : "+v"(lanes.raw));
#endif
  return lanes;
}

HWY_INLINE int64_t lane_count() {
  return static_cast<int64_t>(hn::Lanes(Floats()));
}

/// Calls work(std::integral_constant<int, channels>) for a tile of so many output channels.
template <int Out = kTile, typename Work>
HWY_INLINE void with_tile(int64_t channels, const Work& work) {
  if (channels >= Out) {
    work(std::integral_constant<int, Out>());
  } else if constexpr (Out > 1) {
    with_tile<Out - 1>(channels, work);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace dircn
HWY_AFTER_NAMESPACE();

#endif
