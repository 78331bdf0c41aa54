#pragma once

#include "literal/literal.h"

namespace dircn::literal {

/// E2E-VarNet of one slice: k0 [1, C, H, W], mask [1, 1, H or 1, W] -> [1, H, W]. `columns`: of the
/// centre, 0 where the mask tells.
torch::Tensor varnet_slice(const Parameters& parameters, const ModelConfig& config,
                           const torch::Tensor& k0, const torch::Tensor& mask, int64_t columns = 0);

/// The centre from which it estimates maps.
torch::Tensor varnet_centre(const torch::Tensor& mask, int64_t columns = 0);

}  // namespace dircn::literal
