#pragma once

#include <cstdint>

#include "dircn/config/simulation_config.h"
#include "simulate/coil_array.h"
#include "simulate/planes.h"
#include "simulate/random_stream.h"
#include "simulate/varied_mask.h"

namespace dircn::simulation {

/// Which field of view is scanned, and on which matrix: rows are the readout.
struct ScanPlan {
  MeasuredPart part;     // the matrix, and what of it is measured: the rest is zero
  double row_pixel = 1;  // mm
  double column_pixel = 1;
  bool wraps = false;  // the field of view is smaller than the head along the columns

  /// Of the columns that are rendered: where the scan wraps, twice as many as it has.
  int64_t rendered_columns() const { return wraps ? 2 * part.columns : part.columns; }
  SliceView view() const {
    return {part.rows, rendered_columns(), static_cast<double>(part.rows) * row_pixel,
            static_cast<double>(rendered_columns()) * column_pixel};
  }
};

/// A field of view around the head, square or not, now and then too small for it, on a matrix
/// between the two numbers of `matrix`; perhaps with zeros around what is measured, a partial
/// readout or a partial phase encoding. `turned`: the readout runs from left to right.
ScanPlan random_plan(const Planes& planes, const SimulationConfig& config, bool turned,
                     RandomStream& random);

}  // namespace dircn::simulation
