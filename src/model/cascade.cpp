#include "dircn/model/cascade.h"

#include <torch/types.h>

#include <vector>

#include "dircn/model/aggregation.h"

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

torch::Tensor or_undefined(const torch::Tensor& tensor) {
  return tensor.numel() > 0 ? tensor : torch::Tensor();
}

}  // namespace

std::vector<torch::Tensor> CascadeState::tensors() const {
  auto all = kspace.tensors();
  all.push_back(aggregate);
  all.insert(all.end(), features.begin(), features.end());
  for (auto& tensor : all) {
    if (!tensor.defined()) {
      tensor = torch::empty({0}, all.front().options());
    }
  }
  return all;
}

CascadeState CascadeState::with(const std::vector<torch::Tensor>& tensors) const {
  auto next = tensors.begin();
  const auto take = [&next] { return or_undefined(*next++); };
  const std::vector<torch::Tensor> of_kspace{take(), take(), take()};
  return {kspace.with(of_kspace), take(), {}, {take(), take(), take(), take()}};
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
