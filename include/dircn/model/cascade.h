#pragma once

#include <torch/nn/pimpl.h>
#include <torch/types.h>

#include "dircn/config/model_config.h"
#include "dircn/model/cascaded_network.h"
#include "dircn/model/refinement.h"

namespace dircn {

/// How many complex images a cascade's refinement takes.
int64_t aggregated_images(Aggregation aggregation, int64_t cascade);

/// One cascade (DIRCN §2.1): coil combination, aggregation with the earlier inputs, refinement,
/// data consistency.
class CascadeImpl : public CascadeStage {
 public:
  /// `index`: 0 for the first cascade, which takes no interconnections.
  CascadeImpl(const ModelConfig& config, int64_t index);

  CascadeState forward(const CascadeState& previous) override;

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
