#pragma once

#include <torch/nn/modules/container/modulelist.h>
#include <torch/nn/pimpl.h>
#include <torch/types.h>

#include <functional>

#include "dircn/config/model_config.h"
#include "dircn/model/cascade.h"
#include "dircn/model/network.h"
#include "dircn/model/sensitivity.h"

namespace dircn {

/// The densely interconnected residual cascading network (Ottesen et al., arXiv 2207.02073) and the
/// weighted-sum variant of the 2022 challenge: undersampled multi-coil k-space in, magnitude image
/// out. Parameter names and their order are the reference implementation's.
///
///     Dircn network{ModelConfig{}};
///     auto image = network->forward(masked_kspace, canonical_mask(mask));
class DircnImpl : public NetworkImpl {
 public:
  /// Throws `Error` if `config.check()` does.
  explicit DircnImpl(const ModelConfig& config);

  torch::Tensor forward(const torch::Tensor& masked_kspace, const torch::Tensor& mask) override;

  NetworkTrace trace(const torch::Tensor& masked_kspace, const torch::Tensor& mask) override {
    return trace(masked_kspace, mask, [](const CascadeState&) {});
  }

  /// The same, showing `visit` all that each cascade hands on.
  using Visitor = std::function<void(const CascadeState&)>;
  NetworkTrace trace(const torch::Tensor& masked_kspace, const torch::Tensor& mask,
                     const Visitor& visit);

  /// Keeps of every cascade, and of every few coils whose sensitivity maps are estimated, only what
  /// they hand on, and computes them again in the backward pass: a quarter slower at most.
  void set_checkpointing(bool on) override;

 private:
  /// Runs the cascades, shows each state to `visit` if there is one, and returns the last k-space.
  CascadeKspace refine(const SamplingSpace& space, const torch::Tensor& maps,
                       const Visitor& visit = {});

  bool checkpointing_ = false;
  Sensitivity sens_net_{nullptr};
  torch::nn::ModuleList i_cascades_;
};
TORCH_MODULE(Dircn);

}  // namespace dircn
