// Arithmetic on registers of floats, for whatever instruction set is being compiled for. Included
// once for each of them, as Highway's foreach_target.h has it.

#if defined(DIRCN_LANE_MATH_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef DIRCN_LANE_MATH_INL_H
#undef DIRCN_LANE_MATH_INL_H
#else
#define DIRCN_LANE_MATH_INL_H
#endif

#include <cstdint>

#include "dircn/kernels/activation.h"
#include "hwy/highway.h"
#include "kernels/stored.h"

HWY_BEFORE_NAMESPACE();
namespace dircn {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

/// Floats, as many as a register holds.
using Floats = hn::ScalableTag<float>;
using OneFloat = hn::CappedTag<float, 1>;

template <class D>
HWY_INLINE hn::Vec<D> load(D d, const float* place) {
  return hn::LoadU(d, place);
}

template <class D>
HWY_INLINE hn::Vec<D> load(D d, const Bfloat16Bits* place) {
  const hn::RebindToUnsigned<D> wide;
  const hn::Rebind<uint16_t, D> narrow;
  return hn::BitCast(d, hn::ShiftLeft<16>(hn::PromoteTo(wide, hn::LoadU(narrow, place))));
}

template <class D>
HWY_INLINE void store(D d, hn::Vec<D> value, float* place) {
  hn::StoreU(value, d, place);
}

/// Rounds to nearest, ties to even; not-a-number stays what it is.
template <class D>
HWY_INLINE void store(D /*d*/, hn::Vec<D> value, Bfloat16Bits* place) {
  const hn::RebindToUnsigned<D> wide;
  const hn::RebindToSigned<D> wide_signed;
  const hn::Rebind<uint16_t, D> narrow;
  const auto bits = hn::BitCast(wide, value);
  const auto odd = hn::And(hn::ShiftRight<16>(bits), hn::Set(wide, 1));
  const auto half = hn::Add(hn::Set(wide, 0x7FFF), odd);
  const auto rounded = hn::ShiftRight<16>(hn::Add(bits, half));
  const auto is_nan = hn::RebindMask(wide, hn::IsNaN(value));
  const auto result = hn::IfThenElse(is_nan, hn::Set(wide, 0x7FC0), rounded);
  hn::StoreU(hn::DemoteTo(narrow, hn::BitCast(wide_signed, result)), narrow, place);
}

/// e^-x for |x| <= 87: with -x / ln 2 = n + f, |f| <= 1/2, it is 2^f by the polynomial that comes
/// nearest to it (Remez; 8e-8 before rounding), and 2^n put together from its bits. Right to
/// 3e-7 · max(1, |x|/8), which where |x| is large matters no more: in 1 / (1 + e^-x) either 1 or
/// e^-x vanishes beside the other.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V exp_of_minus(D d, V x) {
  const hn::RebindToUnsigned<D> bits;
  // The last bits of this plus n are n + 127, an exponent.
  const V shift = hn::Set(d, 12582912.0F + 127.0F);  // 3 · 2^22: whole numbers lie 1 apart there
  const V minus_log2_e = hn::Set(d, -1.44269504F);
  const V shifted = hn::MulAdd(x, minus_log2_e, shift);
  const V f = hn::MulSub(x, minus_log2_e, hn::Sub(shifted, shift));
  V series = hn::Set(d, 1.32764720e-3F);
  series = hn::MulAdd(series, f, hn::Set(d, 9.67554133e-3F));
  series = hn::MulAdd(series, f, hn::Set(d, 5.55071327e-2F));
  series = hn::MulAdd(series, f, hn::Set(d, 0.240221197F));
  series = hn::MulAdd(series, f, hn::Set(d, 0.693146967F));
  series = hn::MulAdd(series, f, hn::Set(d, 1.00000007F));
  return hn::Mul(series, hn::BitCast(d, hn::ShiftLeft<23>(hn::BitCast(bits, shifted))));
}

/// 1 / x for 1 <= x < 1e38, to 1e-7, without the division, which takes as long as all the rest: the
/// instruction's guess is right to 14 bits with AVX-512, to 8 at least elsewhere, and each of
/// Newton's steps doubles them.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V inverse_above_1(D d, V x) {
  constexpr int kSteps = HWY_TARGET == HWY_AVX3 ? 1 : 2;
  V y = hn::ApproximateReciprocal(x);
  for (int step = 0; step < kSteps; ++step) {
    y = hn::MulAdd(y, hn::NegMulAdd(x, y, hn::Set(d, 1.0F)), y);
  }
  return y;
}

// Not-a-number stays what it is: of two operands x86's instructions return the second then, others
// the number.

template <class D, class V = hn::Vec<D>>
HWY_INLINE V at_least_minus_87(D d, V x) {
  const V bound = hn::Set(d, -87.0F);
#if HWY_ARCH_X86 && HWY_TARGET != HWY_SCALAR
  return hn::Max(bound, x);
#else
  return hn::IfThenElse(hn::Lt(x, bound), bound, x);
#endif
}

template <class D, class V = hn::Vec<D>>
HWY_INLINE V at_most_87(D d, V x) {
  const V bound = hn::Set(d, 87.0F);
#if HWY_ARCH_X86 && HWY_TARGET != HWY_SCALAR
  return hn::Min(bound, x);
#else
  return hn::IfThenElse(hn::Lt(bound, x), bound, x);
#endif
}

/// The sigmoid for |x| <= 87.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V sigmoid(D d, V x) {
  return inverse_above_1(d, hn::Add(hn::Set(d, 1.0F), exp_of_minus(d, x)));
}

/// x·σ(x), below -87 as there: -1e-36.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V silu(D d, V x) {
  const V above = at_least_minus_87(d, x);
  return hn::Mul(above, sigmoid(d, at_most_87(d, above)));
}

/// d silu(x) / dx = σ(1 + x(1 − σ)).
template <class D, class V = hn::Vec<D>>
HWY_INLINE V silu_slope(D d, V x) {
  const V one = hn::Set(d, 1.0F);
  const V near = at_least_minus_87(d, at_most_87(d, x));
  const V sigma = sigmoid(d, near);
  return hn::Mul(sigma, hn::MulAdd(near, hn::Sub(one, sigma), one));
}

/// x above 0, kLeakySlope · x elsewhere: the larger of the two, as the slope lies between 0 and 1.
/// Where x is not-a-number both are.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V leaky_relu(D d, V x) {
  return hn::Max(x, hn::Mul(x, hn::Set(d, static_cast<float>(kLeakySlope))));
}

/// d leaky_relu(x) / dx; at 0 and of not-a-number kLeakySlope, as LibTorch has it.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V leaky_relu_slope(D d, V x) {
  return hn::IfThenElse(hn::Gt(x, hn::Zero(d)), hn::Set(d, 1.0F),
                        hn::Set(d, static_cast<float>(kLeakySlope)));
}

}  // namespace HWY_NAMESPACE
}  // namespace dircn
HWY_AFTER_NAMESPACE();

#endif
