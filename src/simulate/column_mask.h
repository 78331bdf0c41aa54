#pragma once

#include <torch/types.h>

#include <cstdint>

namespace dircn::simulation {

/// Every `acceleration`-th column from the first on, and the centre (auto-calibration signal) of
/// 0.32 / acceleration of all columns, 4 at least: [width] float32, 0 or 1.
torch::Tensor column_mask(int64_t width, int64_t acceleration);

}  // namespace dircn::simulation
