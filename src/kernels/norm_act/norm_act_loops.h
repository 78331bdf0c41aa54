#pragma once

// The inner loops of norm_act_cpu.cpp, for either storage type.
//
// Note [Lanes]
//
// Channels lie side by side, and there may be 2 of them or 20: neither fills vector registers. So a
// loop does not run over channels, but over rows of whole pixels whose number of values, the lanes,
// is a multiple of the register's. Every lane belongs to one channel, and the channel's terms are
// repeated over the lanes beforehand. Sums are kept for each lane: in float within a block of a few
// rows, in double beyond it, and added up by channel at the end.

#include <cstdint>

#include "dircn/kernels/activation.h"
#include "kernels/stored.h"

namespace dircn {

/// Values [rows][lanes], dense.
struct Block {
  int64_t rows;
  int64_t lanes;
};

/// Two sums per lane: room for one block's (and a third value), [3][lanes], and what they are added
/// to, [2][lanes].
struct LaneSums {
  float* block;
  double* total;
  int64_t lanes;
};

/// Per lane: z = (x − centre) · slope + shift.
struct LaneTerms {
  const float* centre;
  const float* slope;
  const float* shift;
};

/// Per lane: dx = slope · (dz − constant − (x − centre) · linear).
struct LaneMeans {
  const float* constant;
  const float* linear;
};

template <typename T>
struct BackwardInput {
  const T* x;
  const T* residual;  // null where there was none, or act is none
  const T* dy;
};

/// The loops for one storage type, float or Bfloat16Bits, and for the instructions in use.
template <typename T>
struct NormLoops {
  /// Adds Σ (x − pivot) and Σ (x − pivot)².
  void (*add_moments)(const T* x, Block block, const float* pivot, LaneSums sums);

  /// y = act(z + residual); `residual` may be null, y may be x.
  void (*apply)(const T* x, const T* residual, T* y, Block block, LaneTerms terms,
                Activation activation);

  /// Adds Σ dz and Σ dz · (x − centre), dz being the gradient of act's argument; writes dz where
  /// there is a residual.
  void (*add_gradients)(const BackwardInput<T>& input, T* dz, Block block, LaneTerms terms,
                        LaneSums sums, Activation activation);

  /// Writes dx; where the activation is none, `input.dy` is dz.
  void (*input_gradient)(const BackwardInput<T>& input, T* dx, Block block, LaneTerms terms,
                         LaneMeans means, Activation activation);
};

template <typename T>
NormLoops<T> norm_loops();

}  // namespace dircn
