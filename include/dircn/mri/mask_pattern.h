#pragma once

#include <torch/types.h>

#include <cstdint>

namespace dircn {

/// How a mask samples k-space.
struct MaskPattern {
  enum class Kind {
    full,        // everything
    equispaced,  // columns at one distance from each other, and the centre
    irregular,   // columns otherwise
    two_dimensional
  };
  Kind kind = Kind::full;
  int64_t sampled = 0;       // columns; of a two-dimensional mask, points
  double fraction = 0;       // of all columns or points
  int64_t acceleration = 0;  // nominal: the distance of equispaced columns outside the centre; else
                             // round(1 / fraction), 0 where nothing is sampled
  // The fully sampled block (auto-calibration signal) around (⌊H/2⌋, ⌊W/2⌋): of columns the run
  // that contains the central one, which reaches over all rows (1 for a mask [W]); of a
  // two-dimensional mask the largest centred rectangle. Both 0 where the centre is not sampled.
  int64_t acs_height = 0;
  int64_t acs_width = 0;
};

/// `mask`: bool [W] (columns) or [H, W]; a mask [H, W] whose rows are equal counts as one of
/// columns. Throws `Error` for another rank, another type and a mask without elements.
MaskPattern describe_mask(const torch::Tensor& mask);

}  // namespace dircn
