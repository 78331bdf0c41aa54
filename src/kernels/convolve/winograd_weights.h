#pragma once

// Weights as Winograd's form multiplies them (Note [Winograd's F(4×2, 3×3)]).

#include <cstdint>

namespace dircn {

struct WinogradWeightLoops {
  /// The terms of one output channel's weights, [in] each and `distance` apart, from its taps,
  /// [9][stride].
  void (*weight_terms)(const float* taps, int64_t stride, int64_t in, float* terms,
                       int64_t distance);

  /// The gradient of one output channel's taps, [9][stride], from that of its weights' terms, [in]
  /// each and `distance` apart. Whole registers are read and written.
  void (*taps_gradient)(const float* terms, int64_t distance, int64_t in, float* taps,
                        int64_t stride);
};

WinogradWeightLoops winograd_weight_loops();

}  // namespace dircn
