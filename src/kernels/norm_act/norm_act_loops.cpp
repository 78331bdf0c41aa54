// Written once, compiled for each of the processor's generations; the program takes the best that
// its machine has.

#include "kernels/norm_act/norm_act_loops.h"

#include <algorithm>
#include <cstdint>
#include <type_traits>

#include "dircn/runtime/highway_targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/norm_act/norm_act_loops.cpp"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"
#include "kernels/lane_math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace dircn {
namespace HWY_NAMESPACE {
namespace {

/// Calls work(tag, place) for whole registers, then for single values.
template <typename Work>
HWY_INLINE void for_lanes(int64_t lanes, const Work& work) {
  const Floats floats;
  const auto step = static_cast<int64_t>(hn::Lanes(floats));
  int64_t i = 0;
  for (; i + step <= lanes; i += step) {
    work(floats, i);
  }
  for (; i < lanes; ++i) {
    work(OneFloat(), i);
  }
}

/// The same for each row of a block: work(tag, place in the block, place in the row).
template <typename Work>
HWY_INLINE void for_rows(Block block, const Work& work) {
  for (int64_t row = 0; row < block.rows; ++row) {
    const int64_t start = row * block.lanes;
    for_lanes(block.lanes, [&](auto d, int64_t i) HWY_ATTR { work(d, start + i, i); });
  }
}

template <class D>
HWY_INLINE void add_to(D d, float* place, hn::Vec<D> value) {
  hn::StoreU(hn::Add(hn::LoadU(d, place), value), d, place);
}

/// x − centre.
template <class D, typename T>
HWY_INLINE hn::Vec<D> centred_value(D d, const T* x, LaneTerms terms, int64_t i) {
  return hn::Sub(load(d, x), hn::LoadU(d, terms.centre + i));
}

// What is the same for all values is a template argument, so that no value asks.

/// The argument of act; `residual` + at is where its residual lies, if there is one.
template <bool Add, class D, typename T>
HWY_INLINE hn::Vec<D> argument(D d, hn::Vec<D> centred, LaneTerms terms, int64_t i,
                               const T* residual, int64_t at) {
  const auto z = hn::MulAdd(centred, hn::LoadU(d, terms.slope + i), hn::LoadU(d, terms.shift + i));
  if constexpr (Add) {
    return hn::Add(z, load(d, residual + at));
  } else {
    return z;
  }
}

template <Activation Act, class D>
HWY_INLINE hn::Vec<D> act(D d, hn::Vec<D> z) {
  if constexpr (Act == Activation::silu) {
    return silu(d, z);
  } else if constexpr (Act == Activation::leaky_relu) {
    return leaky_relu(d, z);
  } else {
    return z;
  }
}

/// dy · act'(z), of an act that is not the identity.
template <Activation Act, class D>
HWY_INLINE hn::Vec<D> argument_gradient(D d, hn::Vec<D> dy, hn::Vec<D> z) {
  if constexpr (Act == Activation::silu) {
    return hn::Mul(dy, silu_slope(d, z));
  } else {
    static_assert(Act == Activation::leaky_relu);
    return hn::Mul(dy, leaky_relu_slope(d, z));
  }
}

/// Calls work(activation), whose value is part of its type.
template <typename Work>
HWY_INLINE void with_activation(Activation activation, const Work& work) {
  switch (activation) {
    case Activation::none:
      return work(std::integral_constant<Activation, Activation::none>());
    case Activation::silu:
      return work(std::integral_constant<Activation, Activation::silu>());
    case Activation::leaky_relu:
      return work(std::integral_constant<Activation, Activation::leaky_relu>());
  }
}

template <bool Add, Activation Act, typename T>
void apply_to(const T* x, const T* residual, T* y, Block block, LaneTerms terms) {
  for_rows(block, [&](auto d, int64_t at, int64_t i) HWY_ATTR {
    const auto z = argument<Add>(d, centred_value(d, x + at, terms, i), terms, i, residual, at);
    store(d, act<Act>(d, z), y + at);
  });
}

template <bool Add, Activation Act, typename T>
void add_gradients_of(const BackwardInput<T>& input, T* dz_out, Block block, LaneTerms terms,
                      LaneSums sums) {
  for_rows(block, [&](auto d, int64_t at, int64_t i) HWY_ATTR {
    const auto centred = centred_value(d, input.x + at, terms, i);
    auto dz = load(d, input.dy + at);
    if constexpr (!is_identity(Act)) {
      dz = argument_gradient<Act>(d, dz, argument<Add>(d, centred, terms, i, input.residual, at));
    }
    if constexpr (Add) {
      store(d, dz, dz_out + at);
    }
    add_to(d, sums.block + i, dz);
    float* second = sums.block + sums.lanes + i;
    hn::StoreU(hn::MulAdd(dz, centred, hn::LoadU(d, second)), d, second);
  });
}

template <Activation Act, typename T>
void write_input_gradient(const BackwardInput<T>& input, T* dx, Block block, LaneTerms terms,
                          LaneMeans means) {
  for_rows(block, [&](auto d, int64_t at, int64_t i) HWY_ATTR {
    const auto centred = centred_value(d, input.x + at, terms, i);
    auto dz = load(d, input.dy + at);
    if constexpr (!is_identity(Act)) {
      dz = argument_gradient<Act>(d, dz, argument<false>(d, centred, terms, i, input.residual, at));
    }
    const auto above = hn::Sub(dz, hn::LoadU(d, means.constant + i));
    const auto result = hn::NegMulAdd(centred, hn::LoadU(d, means.linear + i), above);
    store(d, hn::Mul(hn::LoadU(d, terms.slope + i), result), dx + at);
  });
}

// Within a block the sums are taken about each lane's mean over a few rows, in float. These rows
// are of the block, so whatever the values, the sum of squares is at most some times that about the
// mean over all of them, and loses next to nothing.
template <typename T>
void add_moments(const T* x, Block block, const float* pivot, LaneSums sums) {
  float* centre = sums.block;
  float* first = sums.block + sums.lanes;
  float* second = sums.block + 2 * sums.lanes;
  std::fill_n(sums.block, 3 * sums.lanes, 0.0F);
  const int64_t few = std::min<int64_t>(block.rows, 4);
  const float share = 1.0F / static_cast<float>(few);
  for_rows({few, block.lanes}, [&](auto d, int64_t at, int64_t i) HWY_ATTR {
    add_to(d, centre + i, hn::Mul(hn::Set(d, share), load(d, x + at)));
  });
  for_rows(block, [&](auto d, int64_t at, int64_t i) HWY_ATTR {
    const auto difference = hn::Sub(load(d, x + at), hn::LoadU(d, centre + i));
    add_to(d, first + i, difference);
    const auto before = hn::LoadU(d, second + i);
    hn::StoreU(hn::MulAdd(difference, difference, before), d, second + i);
  });
  const auto rows = static_cast<double>(block.rows);
  for (int64_t i = 0; i < block.lanes; ++i) {
    const double step = static_cast<double>(centre[i]) - static_cast<double>(pivot[i]);
    const double sum = first[i];
    sums.total[i] += sum + rows * step;
    sums.total[sums.lanes + i] += second[i] + step * (2 * sum + rows * step);
  }
}

template <typename T>
void apply(const T* x, const T* residual, T* y, Block block, LaneTerms terms,
           Activation activation) {
  with_activation(activation, [&](auto kind) HWY_ATTR {
    if (residual != nullptr) {
      apply_to<true, kind()>(x, residual, y, block, terms);
    } else {
      apply_to<false, kind()>(x, residual, y, block, terms);
    }
  });
}

template <typename T>
void add_gradients(const BackwardInput<T>& input, T* dz, Block block, LaneTerms terms,
                   LaneSums sums, Activation activation) {
  std::fill_n(sums.block, 2 * sums.lanes, 0.0F);
  with_activation(activation, [&](auto kind) HWY_ATTR {
    if (input.residual != nullptr) {
      add_gradients_of<true, kind()>(input, dz, block, terms, sums);
    } else {
      add_gradients_of<false, kind()>(input, dz, block, terms, sums);
    }
  });
  for (int64_t i = 0; i < 2 * sums.lanes; ++i) {
    sums.total[i] += static_cast<double>(sums.block[i]);
  }
}

template <typename T>
void input_gradient(const BackwardInput<T>& input, T* dx, Block block, LaneTerms terms,
                    LaneMeans means, Activation activation) {
  with_activation(activation, [&](auto kind) HWY_ATTR {
    write_input_gradient<kind()>(input, dx, block, terms, means);
  });
}

template <typename T>
NormLoops<T> loops() {
  return {add_moments<T>, apply<T>, add_gradients<T>, input_gradient<T>};
}

NormLoops<float> float_loops() {
  return loops<float>();
}

NormLoops<Bfloat16Bits> bfloat16_loops() {
  return loops<Bfloat16Bits>();
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
NormLoops<float> norm_loops() {
  return HWY_DYNAMIC_DISPATCH(float_loops)();
}

template <>
NormLoops<Bfloat16Bits> norm_loops() {
  return HWY_DYNAMIC_DISPATCH(bfloat16_loops)();
}

}  // namespace dircn
#endif
