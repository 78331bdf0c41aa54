#pragma once

#include <torch/nn/pimpl.h>
#include <torch/types.h>

#include "dircn/config/model_config.h"
#include "dircn/model/cascaded_network.h"
#include "dircn/model/sensitivity.h"
#include "dircn/model/unet.h"

namespace dircn {

/// E2E-VarNet's estimation of sensitivity maps (Sriram et al., arXiv 2004.06688, §3.3), from the
/// symmetric centre of k-space or from all of it.
class VarnetSensitivityImpl : public SensitivityEstimator {
 public:
  explicit VarnetSensitivityImpl(const ModelConfig& config);

 protected:
  torch::Tensor refined(const torch::Tensor& each_coil) override;

 private:
  NormalizedUnet norm_unet_;
};

/// One cascade (arXiv 2004.06688, eq. 7): k_{t+1} = k_t − λ · mask · (k_t − k0) − E(U-net(Eᴴ k_t)).
class VarnetCascadeImpl : public CascadeStage {
 public:
  explicit VarnetCascadeImpl(const ModelConfig& config);
  CascadeState forward(const CascadeState& previous) override;

 private:
  torch::Tensor dc_weight_;  // λ [1]
  NormalizedUnet model_;
};
TORCH_MODULE(VarnetCascade);

/// E2E-VarNet (Sriram et al., arXiv 2004.06688), as fastMRI has it: undersampled multi-coil k-space
/// in, magnitude image out. Parameter names and their order are fastMRI's.
///
///     Varnet network{default_model(NetworkName::varnet)};
///     auto image = network->forward(masked_kspace, canonical_mask(mask));
class VarnetImpl : public CascadedNetworkImpl {
 public:
  /// Throws `Error` if `config.check()` does.
  explicit VarnetImpl(const ModelConfig& config);
};
TORCH_MODULE(Varnet);

}  // namespace dircn
