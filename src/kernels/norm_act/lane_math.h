#pragma once

// Arithmetic on single values, for loops that the compiler turns into vector code: no branches and
// no calls.

#include <c10/util/BFloat16.h>

#include <cstdint>
#include <cstring>

/// Compiles a function once for each generation of x86-64 (AVX-512, AVX2, any); the program takes
/// the best that the machine has when it starts. Elsewhere it is an ordinary function. (Sanitizers
/// are not ready yet when that choice is made.)
#if defined(__GNUC__) && __GNUC__ >= 12 && !defined(__clang__) && defined(__x86_64__) && \
    defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__)
#define DIRCN_FOR_EACH_CPU \
  __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define DIRCN_FOR_EACH_CPU
#endif

/// A part of such functions, which must be compiled together with each of them.
#define DIRCN_INLINE inline __attribute__((always_inline))

/// The next loop's iterations touch nothing of each other's, whatever its pointers.
#if defined(__clang__)
#define DIRCN_VECTORIZE _Pragma("clang loop vectorize(assume_safety)")
#else
#define DIRCN_VECTORIZE _Pragma("GCC ivdep")
#endif

namespace dircn {

DIRCN_INLINE uint32_t bits_of(float x) {
  uint32_t bits = 0;
  std::memcpy(&bits, &x, sizeof bits);
  return bits;
}

DIRCN_INLINE float from_bits(uint32_t bits) {
  float x = 0;
  std::memcpy(&x, &bits, sizeof x);
  return x;
}

DIRCN_INLINE float load(float x) {
  return x;
}

DIRCN_INLINE float load(c10::BFloat16 x) {
  return from_bits(static_cast<uint32_t>(x.x) << 16);
}

DIRCN_INLINE void store(float value, float& place) {
  place = value;
}

/// Rounds to nearest, ties to even; not-a-number stays what it is.
DIRCN_INLINE void store(float value, c10::BFloat16& place) {
  const uint32_t bits = bits_of(value);
  const uint32_t rounded = (bits + 0x7FFFU + ((bits >> 16) & 1U)) >> 16;
  place.x = static_cast<uint16_t>(value != value ? 0x7FC0U : rounded);
}

/// e^x for |x| <= 87, to 3e-7: x = n ln 2 + r with |r| <= ln 2 / 2, e^r by its series, 2^n put
/// together from its bits.
DIRCN_INLINE float exp_within_87(float x) {
  constexpr float kOneAndAHalf2To23 = 12582912.0F;  // plus n, its last bits are n
  constexpr float kLog2E = 1.44269504F;
  constexpr float kLn2Head = 0.693359375F;  // few bits, so that n times it is exact
  constexpr float kLn2Rest = -2.12194440e-4F;
  const float shifted = x * kLog2E + kOneAndAHalf2To23;
  const float n = shifted - kOneAndAHalf2To23;
  const float r = (x - n * kLn2Head) - n * kLn2Rest;
  float series = 1.0F / 720;
  series = series * r + 1.0F / 120;
  series = series * r + 1.0F / 24;
  series = series * r + 1.0F / 6;
  series = series * r + 0.5F;
  series = series * r + 1.0F;
  series = series * r + 1.0F;
  return series * from_bits((bits_of(shifted) << 23) + bits_of(1.0F));
}

/// 1 / x for 1 <= x < 1e38, to 1e-7, without the division, which takes as long as all the rest:
/// turning the exponent's sign is right to 12 %, and each of Newton's steps doubles the digits.
DIRCN_INLINE float inverse_above_1(float x) {
  float y = from_bits(0x7EF311C7U - bits_of(x));
  y += y * (1.0F - x * y);
  y += y * (1.0F - x * y);
  y += y * (1.0F - x * y);
  return y;
}

DIRCN_INLINE float at_least_minus_87(float x) {
  return x < -87.0F ? -87.0F : x;  // not-a-number stays what it is
}

/// The sigmoid for x >= -87.
DIRCN_INLINE float sigmoid(float x) {
  const float near = x > 87.0F ? 87.0F : x;
  return inverse_above_1(1.0F + exp_within_87(-near));
}

/// x·σ(x), below -87 as there: -1e-36.
DIRCN_INLINE float silu(float x) {
  const float above = at_least_minus_87(x);
  return above * sigmoid(above);
}

/// d silu(x) / dx = σ(1 + x(1 − σ)).
DIRCN_INLINE float silu_slope(float x) {
  const float near = at_least_minus_87(x > 87.0F ? 87.0F : x);
  const float sigma = sigmoid(near);
  return sigma * (1.0F + near * (1.0F - sigma));
}

}  // namespace dircn
