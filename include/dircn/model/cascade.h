#pragma once

#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>
#include <torch/types.h>

#include <vector>

#include "dircn/config/model_config.h"
#include "dircn/model/cascade_kspace.h"
#include "dircn/model/refinement.h"

namespace dircn {

/// What one cascade hands to the next.
struct CascadeState {
  CascadeKspace kspace;  // k_t
  torch::Tensor
      aggregate;  // agg_{t-1}, centred images [B, K, H, W] complex; undefined before the first
  torch::Tensor image;       // x_{t-1}, centred [B, 1, H, W] complex; undefined before the first
  DecoderFeatures features;  // F_{t-1}; undefined before the first and without interconnections

  /// All that the next cascade reads besides measurement and maps, in one order; for those that are
  /// undefined an empty tensor, since no other can cross an autograd function.
  std::vector<torch::Tensor> tensors() const;

  /// With these instead, of a state of the same network; without `image`, which no cascade reads.
  CascadeState with(const std::vector<torch::Tensor>& tensors) const;
};

/// How many complex images a cascade's refinement takes.
int64_t aggregated_images(Aggregation aggregation, int64_t cascade);

/// One cascade (DIRCN §2.1): coil combination, aggregation with the earlier inputs, refinement,
/// data consistency.
class CascadeImpl : public torch::nn::Module {
 public:
  /// `index`: 0 for the first cascade, which takes no interconnections.
  CascadeImpl(const ModelConfig& config, int64_t index);

  CascadeState forward(const CascadeState& previous);

 private:
  Aggregation aggregation_;
  DataConsistency data_consistency_;
  bool interconnections_;
  torch::Tensor dc_weight_;   // λ [1]
  torch::Tensor cat_weight_;  // w [1]; undefined for concat, which has none
  Refinement refinement_{nullptr};
};
TORCH_MODULE(Cascade);

}  // namespace dircn
