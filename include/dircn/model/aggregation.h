#pragma once

#include <torch/types.h>

#include "dircn/config/model_config.h"

namespace dircn {

/// How many complex images a cascade's refinement takes.
int64_t aggregated_images(Aggregation aggregation, int64_t cascade);

/// A cascade's input: its own coil-combined image `reduced` [B, 1, H, W] complex and the `previous`
/// aggregate (undefined in the first cascade).
///   weighted_sum:  reduced + weight · previous        [B, 1, H, W]
///   concat:        (reduced, previous), newest first  [B, t + 1, H, W]   (DIRCN §2.1)
///   none:          reduced                            [B, 1, H, W]
torch::Tensor aggregate(Aggregation aggregation, const torch::Tensor& reduced,
                        const torch::Tensor& previous, const torch::Tensor& weight);

}  // namespace dircn
