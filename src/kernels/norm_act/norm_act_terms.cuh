#pragma once

// The arithmetic of norm_act_cuda.cu on single values.

#include "kernels/norm_act/norm_act_cuda.h"
#include "kernels/norm_act/norm_act_walk.cuh"

namespace dircn {

__device__ inline float silu_of(float z) {
  return z < -100.0F ? 0.0F : z / (1.0F + expf(-z));  // 0, not NaN, for minus infinity
}

__device__ inline float silu_slope_of(float z) {
  const float above = z < -100.0F ? -100.0F : z;  // at infinity, too, it is 0 or 1
  const float near = above > 100.0F ? 100.0F : above;
  const float sigma = 1.0F / (1.0F + expf(-near));
  return sigma * (1.0F + near * (1.0F - sigma));
}

__device__ inline float act(Activation activation, float z) {
  switch (activation) {
    case Activation::none:
      break;
    case Activation::silu:
      return silu_of(z);
    case Activation::leaky_relu:
      return z > 0.0F ? z : static_cast<float>(kLeakySlope) * z;
  }
  return z;
}

/// The derivative of act.
__device__ inline float act_slope(Activation activation, float z) {
  switch (activation) {
    case Activation::none:
      break;
    case Activation::silu:
      return silu_slope_of(z);
    case Activation::leaky_relu:
      return z > 0.0F ? 1.0F : static_cast<float>(kLeakySlope);
  }
  return 1.0F;
}

/// What the map from x to z needs for each slot. What rounding the mean to `centre` leaves goes
/// into the shift.
template <int Width>
struct SlotTerms {
  __device__ SlotTerms(const NormTerms& terms, const Walk& walk) {
    for (int slot = 0; slot < Width; ++slot) {
      const int64_t i = walk.plane_of(slot);
      centre[slot] = static_cast<float>(terms.mean[i]);
      const auto rest = static_cast<float>(terms.mean[i] - centre[slot]);
      slope[slot] =
          terms.scale[i] / sqrtf(static_cast<float>(terms.std[i] * terms.std[i] + kNormEps));
      shift[slot] = terms.shift[i] - rest * slope[slot];
    }
  }

  __device__ float z(float x, int slot) const {
    return (x - centre[slot]) * slope[slot] + shift[slot];
  }

  float centre[Width], slope[Width], shift[Width];
};

}  // namespace dircn
