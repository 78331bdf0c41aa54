// Arithmetic on registers of floats, for whatever instruction set is being compiled for. Included
// once for each of them, as Highway's foreach_target.h has it.

#if defined(DIRCN_LANE_MATH_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef DIRCN_LANE_MATH_INL_H
#undef DIRCN_LANE_MATH_INL_H
#else
#define DIRCN_LANE_MATH_INL_H
#endif

#include <cstdint>

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

/// e^x for |x| <= 87, to 3e-7: x = n ln 2 + r with |r| <= ln 2 / 2, e^r by its series, 2^n put
/// together from its bits.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V exp_within_87(D d, V x) {
  const hn::RebindToUnsigned<D> bits;
  const V one_and_a_half_2_to_23 = hn::Set(d, 12582912.0F);  // plus n, its last bits are n
  const V log2_e = hn::Set(d, 1.44269504F);
  const V ln2_head = hn::Set(d, 0.693359375F);  // few bits, so that n times it is exact
  const V ln2_rest = hn::Set(d, -2.12194440e-4F);
  const V shifted = hn::MulAdd(x, log2_e, one_and_a_half_2_to_23);
  const V n = hn::Sub(shifted, one_and_a_half_2_to_23);
  const V r = hn::NegMulAdd(n, ln2_rest, hn::NegMulAdd(n, ln2_head, x));
  V series = hn::Set(d, 1.0F / 720);
  series = hn::MulAdd(series, r, hn::Set(d, 1.0F / 120));
  series = hn::MulAdd(series, r, hn::Set(d, 1.0F / 24));
  series = hn::MulAdd(series, r, hn::Set(d, 1.0F / 6));
  series = hn::MulAdd(series, r, hn::Set(d, 0.5F));
  series = hn::MulAdd(series, r, hn::Set(d, 1.0F));
  series = hn::MulAdd(series, r, hn::Set(d, 1.0F));
  const auto one = hn::BitCast(bits, hn::Set(d, 1.0F));
  const auto power = hn::Add(hn::ShiftLeft<23>(hn::BitCast(bits, shifted)), one);
  return hn::Mul(series, hn::BitCast(d, power));
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

/// The sigmoid for x >= -87.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V sigmoid(D d, V x) {
  const V power = exp_within_87(d, hn::Neg(at_most_87(d, x)));
  return inverse_above_1(d, hn::Add(hn::Set(d, 1.0F), power));
}

/// x·σ(x), below -87 as there: -1e-36.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V silu(D d, V x) {
  const V above = at_least_minus_87(d, x);
  return hn::Mul(above, sigmoid(d, above));
}

/// d silu(x) / dx = σ(1 + x(1 − σ)).
template <class D, class V = hn::Vec<D>>
HWY_INLINE V silu_slope(D d, V x) {
  const V one = hn::Set(d, 1.0F);
  const V near = at_least_minus_87(d, at_most_87(d, x));
  const V sigma = sigmoid(d, near);
  return hn::Mul(sigma, hn::MulAdd(near, hn::Sub(one, sigma), one));
}

}  // namespace HWY_NAMESPACE
}  // namespace dircn
HWY_AFTER_NAMESPACE();

#endif
