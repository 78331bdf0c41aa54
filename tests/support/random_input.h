#pragma once

#include <torch/types.h>

#include <string>
#include <vector>

#include "dircn/config/model_config.h"

namespace dircn::testing {

/// Undersampled multi-coil k-space of a smooth random object, for tests that compare two forms of
/// one computation.
struct RandomInput {
  torch::Tensor kspace;  // [B, C, H, W] complex, zero where not sampled
  torch::Tensor mask;    // bool, canonical
};

/// float64 k-space on the CPU; `mask`: canonical.
RandomInput random_input(int64_t batch, int64_t coils, int64_t height, int64_t width,
                         const torch::Tensor& mask, uint64_t seed);

/// Every `acceleration`-th column from `offset`, and `acs` columns in the centre: [1, 1, 1, W].
torch::Tensor column_mask(int64_t width, int64_t acceleration, int64_t acs, int64_t offset = 0);

/// A small network of one cascade variant, for tests; channels divisible by the groups.
ModelConfig small_model();

/// The same of E2E-VarNet.
ModelConfig small_varnet();

/// Moves every parameter off its initial value, so that nothing is hidden by a zero or a one.
void perturb(const std::vector<torch::Tensor>& parameters, uint64_t seed);

}  // namespace dircn::testing
