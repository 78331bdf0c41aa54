#include "dircn/model/varnet.h"

#include <torch/types.h>

#include <memory>

#include "model/varnet_kind.h"

namespace dircn {

VarnetSensitivityImpl::VarnetSensitivityImpl(const ModelConfig& config)
    : SensitivityEstimator(varnet_calibration(config)),
      norm_unet_(register_module(
          "norm_unet", NormalizedUnet(config.sensitivity_channels, config.sensitivity_pools))) {}

torch::Tensor VarnetSensitivityImpl::refined(const torch::Tensor& each_coil) {
  return norm_unet_->forward(each_coil);
}

VarnetCascadeImpl::VarnetCascadeImpl(const ModelConfig& config)
    : dc_weight_(register_parameter("dc_weight", torch::ones({1}))),
      model_(register_module("model", NormalizedUnet(config.channels, config.pools))) {}

CascadeState VarnetCascadeImpl::forward(const CascadeState& previous) {
  CascadeState next = previous;
  next.image = model_->forward(previous.kspace.combined());
  next.kspace = previous.kspace.updated(DataConsistency::variational, next.image, dc_weight_);
  return next;
}

VarnetImpl::VarnetImpl(const ModelConfig& config) : CascadedNetworkImpl(config) {
  const auto sensitivity = std::make_shared<VarnetSensitivityImpl>(config);
  torch::nn::ModuleList cascades;
  for (int64_t t = 0; t < config.cascades; ++t) {
    cascades->push_back(VarnetCascade(config));
  }
  assemble(sensitivity, "cascades", cascades);
}

}  // namespace dircn
