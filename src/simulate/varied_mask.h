#pragma once

#include <torch/types.h>

#include <cstdint>
#include <string>
#include <vector>

#include "simulate/random_stream.h"

namespace dircn::simulation {

/// The part of k-space that was measured: rows and columns [first, end) of [rows, columns].
struct MeasuredPart {
  int64_t rows = 0;
  int64_t columns = 0;
  int64_t first_row = 0;
  int64_t end_row = 0;
  int64_t first_column = 0;
  int64_t end_column = 0;
};

/// How one scan is undersampled.
struct VariedMask {
  torch::Tensor mask;  // bool [W] or [H, W], within the measured part
  std::string kind;    // equispaced, random or poisson
  double acceleration = 1;
};

/// Equispaced or random columns, or, now and then, points at random distances of each other that
/// grow outwards (Poisson-disc sampling), and a fully sampled centre of 2 to 12 % of the columns, 4
/// at least. The acceleration is drawn between the two numbers of `range`, so that its logarithm is
/// uniform.
VariedMask varied_mask(const MeasuredPart& part, const std::vector<double>& range,
                       RandomStream& random);

}  // namespace dircn::simulation
