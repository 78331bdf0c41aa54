// Vector code comes from the compiler: -O3 -fopt-info-vec tells which loops it took.

#include "kernels/norm_act/norm_act_loops.h"

#include <c10/util/BFloat16.h>

#include <algorithm>
#include <cstdint>

#include "kernels/norm_act/lane_math.h"

namespace dircn {
namespace {

// The loops proper. What is the same for all values is a template argument, so that no value asks.

/// The argument of act at place i of a row that starts at `start`.
template <bool Add, typename T>
DIRCN_INLINE float argument(float centred, LaneTerms terms, const T* residual, int64_t start,
                            int64_t i) {
  const float z = centred * terms.slope[i] + terms.shift[i];
  if constexpr (Add) {
    return z + load(residual[start + i]);
  }
  return z;
}

template <bool Add, bool WithSilu, typename T>
DIRCN_INLINE void apply_loop(const T* x, const T* residual, T* y, Block block, LaneTerms terms) {
  for (int64_t row = 0; row < block.rows; ++row) {
    const int64_t start = row * block.lanes;
    DIRCN_VECTORIZE
    for (int64_t i = 0; i < block.lanes; ++i) {
      const float centred = load(x[start + i]) - terms.centre[i];
      const float z = argument<Add>(centred, terms, residual, start, i);
      store(WithSilu ? silu(z) : z, y[start + i]);
    }
  }
}

template <bool Add, bool WithSilu, typename T>
DIRCN_INLINE void add_gradients_loop(const BackwardInput<T>& input, T* dz_out, Block block,
                                     LaneTerms terms, LaneSums sums) {
  float* first = sums.block;
  float* second = sums.block + sums.lanes;
  for (int64_t row = 0; row < block.rows; ++row) {
    const int64_t start = row * block.lanes;
    DIRCN_VECTORIZE
    for (int64_t i = 0; i < block.lanes; ++i) {
      const float centred = load(input.x[start + i]) - terms.centre[i];
      float dz = load(input.dy[start + i]);
      if constexpr (WithSilu) {
        dz *= silu_slope(argument<Add>(centred, terms, input.residual, start, i));
      }
      if constexpr (Add) {
        store(dz, dz_out[start + i]);
      }
      first[i] += dz;
      second[i] += dz * centred;
    }
  }
}

template <bool WithSilu, typename T>
DIRCN_INLINE void input_gradient_loop(const BackwardInput<T>& input, T* dx, Block block,
                                      LaneTerms terms, LaneMeans means) {
  for (int64_t row = 0; row < block.rows; ++row) {
    const int64_t start = row * block.lanes;
    DIRCN_VECTORIZE
    for (int64_t i = 0; i < block.lanes; ++i) {
      const float centred = load(input.x[start + i]) - terms.centre[i];
      float dz = load(input.dy[start + i]);
      if constexpr (WithSilu) {
        dz *= silu_slope(argument<false>(centred, terms, input.residual, start, i));
      }
      const float result = terms.slope[i] * (dz - means.constant[i] - centred * means.linear[i]);
      store(result, dx[start + i]);
    }
  }
}

}  // namespace

// Within a block the sums are taken about each lane's mean over a few rows, in float. These rows
// are of the block, so whatever the values, the sum of squares is at most some times that about the
// mean over all of them, and loses next to nothing.
template <typename T>
DIRCN_FOR_EACH_CPU void NormLoops<T>::add_moments(const T* x, Block block, const float* pivot,
                                                  LaneSums sums) {
  float* centre = sums.block;
  float* first = sums.block + sums.lanes;
  float* second = sums.block + 2 * sums.lanes;
  std::fill_n(sums.block, 3 * sums.lanes, 0.0F);
  const int64_t few = std::min<int64_t>(block.rows, 4);
  const float share = 1.0F / static_cast<float>(few);
  for (int64_t row = 0; row < few; ++row) {
    const int64_t start = row * block.lanes;
    DIRCN_VECTORIZE
    for (int64_t i = 0; i < block.lanes; ++i) {
      centre[i] += share * load(x[start + i]);
    }
  }
  for (int64_t row = 0; row < block.rows; ++row) {
    const int64_t start = row * block.lanes;
    DIRCN_VECTORIZE
    for (int64_t i = 0; i < block.lanes; ++i) {
      const float difference = load(x[start + i]) - centre[i];
      first[i] += difference;
      second[i] += difference * difference;
    }
  }
  const auto rows = static_cast<double>(block.rows);
  double* total_first = sums.total;
  double* total_second = sums.total + sums.lanes;
  DIRCN_VECTORIZE
  for (int64_t i = 0; i < block.lanes; ++i) {
    const double step = static_cast<double>(centre[i]) - static_cast<double>(pivot[i]);
    const double sum = first[i];
    total_first[i] += sum + rows * step;
    total_second[i] += second[i] + step * (2 * sum + rows * step);
  }
}

template <typename T>
DIRCN_FOR_EACH_CPU void NormLoops<T>::apply(const T* x, const T* residual, T* y, Block block,
                                            LaneTerms terms, bool silu) {
  if (residual != nullptr && silu) {
    apply_loop<true, true>(x, residual, y, block, terms);
  } else if (residual != nullptr) {
    apply_loop<true, false>(x, residual, y, block, terms);
  } else if (silu) {
    apply_loop<false, true>(x, residual, y, block, terms);
  } else {
    apply_loop<false, false>(x, residual, y, block, terms);
  }
}

template <typename T>
DIRCN_FOR_EACH_CPU void NormLoops<T>::add_gradients(const BackwardInput<T>& input, T* dz,
                                                    Block block, LaneTerms terms, LaneSums sums,
                                                    bool silu) {
  std::fill_n(sums.block, 2 * sums.lanes, 0.0F);
  if (input.residual != nullptr) {
    add_gradients_loop<true, true>(input, dz, block, terms, sums);
  } else if (silu) {
    add_gradients_loop<false, true>(input, dz, block, terms, sums);
  } else {
    add_gradients_loop<false, false>(input, dz, block, terms, sums);
  }
  DIRCN_VECTORIZE
  for (int64_t i = 0; i < 2 * sums.lanes; ++i) {
    sums.total[i] += static_cast<double>(sums.block[i]);
  }
}

template <typename T>
DIRCN_FOR_EACH_CPU void NormLoops<T>::input_gradient(const BackwardInput<T>& input, T* dx,
                                                     Block block, LaneTerms terms, LaneMeans means,
                                                     bool silu) {
  if (silu) {
    input_gradient_loop<true>(input, dx, block, terms, means);
  } else {
    input_gradient_loop<false>(input, dx, block, terms, means);
  }
}

template struct NormLoops<float>;
template struct NormLoops<c10::BFloat16>;

}  // namespace dircn
