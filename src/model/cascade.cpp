#include "dircn/model/cascade.h"

#include <torch/types.h>

namespace dircn {
namespace {

constexpr double kInitialDataConsistencyWeight = 0.01;

ResXUnetOptions unet_options(const ModelConfig& config, int64_t index) {
  ResXUnetOptions options;
  options.in_channels = 2 * aggregated_images(config.aggregation, index);
  options.channels = config.channels;
  options.groups = config.groups;
  options.interconnections = config.interconnections && index > 0;
  options.se = {config.se_ratio, config.se_squeeze};
  return options;
}

/// A cascade's input: its own coil-combined image `reduced` [B, 1, H, W] complex and the `previous`
/// aggregate (undefined in the first cascade).
///   weighted_sum:  reduced + weight · previous        [B, 1, H, W]
///   concat:        (reduced, previous), newest first  [B, t + 1, H, W]   (DIRCN §2.1)
///   none:          reduced                            [B, 1, H, W]
torch::Tensor aggregate(Aggregation aggregation, const torch::Tensor& reduced,
                        const torch::Tensor& previous, const torch::Tensor& weight) {
  if (aggregation == Aggregation::none || !previous.defined()) {
    return reduced;
  }
  if (aggregation == Aggregation::concat) {
    return torch::cat({reduced, previous}, 1);
  }
  return reduced + weight * previous;
}

}  // namespace

int64_t aggregated_images(Aggregation aggregation, int64_t cascade) {
  return aggregation == Aggregation::concat ? cascade + 1 : 1;
}

CascadeImpl::CascadeImpl(const ModelConfig& config, int64_t index)
    : aggregation_(config.aggregation),
      data_consistency_(config.data_consistency),
      interconnections_(config.interconnections) {
  dc_weight_ = register_parameter("dc_weight", torch::full({1}, kInitialDataConsistencyWeight));
  if (aggregation_ != Aggregation::concat) {
    cat_weight_ = register_parameter("cat_weight", torch::ones({1}));
  }
  refinement_ = register_module("i_model", Refinement(unet_options(config, index)));
}

CascadeState CascadeImpl::forward(const CascadeState& previous) {
  CascadeState next = previous;
  next.aggregate =
      aggregate(aggregation_, previous.kspace.combined(), previous.aggregate, cat_weight_);
  next.image = refinement_->forward(next.aggregate, next.features);
  if (!interconnections_) {
    next.features = {};
  }
  next.kspace = previous.kspace.updated(data_consistency_, next.image, dc_weight_);
  return next;
}

}  // namespace dircn
