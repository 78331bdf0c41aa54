#pragma once

#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>
#include <torch/types.h>

#include "dircn/config/model_config.h"
#include "dircn/model/refinement.h"
#include "dircn/mri/sampling_space.h"

namespace dircn {

/// SME, sensitivity-map estimation (E2E-VarNet, §3.3): coil images of the ACS, each refined by one
/// shared small network, divided by their root-sum-of-squares. Coils are independent in all but
/// that division, so they can be taken some at a time.
class SensitivityImpl : public torch::nn::Module {
 public:
  explicit SensitivityImpl(const ModelConfig& config);

  /// `mask`: canonical, bool [B or 1, 1, H or 1, W], centred, from which `space` was made.
  /// Returns rolled maps (see Note [Uncentred hybrid space]) [B, C, H, W] complex; their
  /// root-sum-of-squares is 1 wherever any coil sees signal, else 0.
  torch::Tensor forward(const SamplingSpace& space, const torch::Tensor& mask);

  /// Takes some coils at a time on a GPU, too, as it always does on a CPU, and computes each of
  /// these groups again in the backward pass, so that memory does not grow with the coils. The same
  /// values and gradients.
  void set_checkpointing(bool on) { checkpointing_ = on; }

 private:
  /// [N, 1, H, W] -> the same shape.
  torch::Tensor refine(const torch::Tensor& each_coil, bool to_be_recomputed);

  Refinement model_;
  bool checkpointing_ = false;
};
TORCH_MODULE(Sensitivity);

}  // namespace dircn
