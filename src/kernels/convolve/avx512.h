#pragma once

// For files that are compiled for AVX-512 and called on nothing else. What they define must not be
// shared with other files, not even as an inline function: the linker might keep their copy for
// all.

#include <immintrin.h>

#include <cstdint>

#define DIRCN_LOCAL_INLINE static inline __attribute__((always_inline))

/// A loop that disappears: what it indexes lies in registers.
#define DIRCN_UNROLL _Pragma("GCC unroll 16")

namespace dircn {

constexpr int64_t kLaneCount = 16;  // floats in a register

DIRCN_LOCAL_INLINE int64_t smaller(int64_t a, int64_t b) {
  return a < b ? a : b;
}

/// The first `count` of 16 lanes.
DIRCN_LOCAL_INLINE __mmask16 first_lanes(int64_t count) {
  if (count >= kLaneCount) {
    return 0xFFFF;
  }
  return static_cast<__mmask16>(count > 0 ? (1U << count) - 1U : 0);
}

}  // namespace dircn
