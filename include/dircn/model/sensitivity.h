#pragma once

#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>
#include <torch/types.h>

#include "dircn/config/model_config.h"
#include "dircn/model/refinement.h"
#include "dircn/mri/acs.h"
#include "dircn/mri/sampling_space.h"

namespace dircn {

/// Sensitivity maps (E2E-VarNet, §3.3): coil images of a part of k-space, each refined by one
/// shared small network, divided by their root-sum-of-squares. Coils are independent in all but
/// that division, so they can be taken some at a time. Networks differ in that part and in what
/// refines.
class SensitivityEstimator : public torch::nn::Module {
 public:
  /// `mask`: canonical, bool [B or 1, 1, H or 1, W], centred, from which `space` was made.
  /// Returns rolled maps (see Note [Uncentred hybrid space]) [B, C, H, W] complex; their
  /// root-sum-of-squares is 1 wherever any coil sees signal, else 0.
  torch::Tensor forward(const SamplingSpace& space, const torch::Tensor& mask) {
    return estimate(space, calibration_mask(mask, calibration_));
  }

  /// The maps from these samples alone.
  torch::Tensor estimate(const SamplingSpace& space, const torch::Tensor& calibration);

  /// Takes some coils at a time on a GPU, too, as it always does on a CPU, and computes each of
  /// these groups again in the backward pass, so that memory does not grow with the coils. The same
  /// values and gradients.
  void set_checkpointing(bool on) { checkpointing_ = on; }

 protected:
  explicit SensitivityEstimator(Calibration calibration) : calibration_(calibration) {}

  /// [N, 1, H, W] complex -> the same shape.
  virtual torch::Tensor refined(const torch::Tensor& each_coil) = 0;

 private:
  torch::Tensor refine(const torch::Tensor& each_coil, bool to_be_recomputed);

  Calibration calibration_;
  bool checkpointing_ = false;
};

/// DIRCN's SME: from the ACS (`acs_mask`), refined by a ResXUnet.
class SensitivityImpl : public SensitivityEstimator {
 public:
  explicit SensitivityImpl(const ModelConfig& config);

 protected:
  torch::Tensor refined(const torch::Tensor& each_coil) override;

 private:
  Refinement model_;
};
TORCH_MODULE(Sensitivity);

}  // namespace dircn
