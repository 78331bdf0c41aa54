#pragma once

#include <torch/nn/module.h>
#include <torch/nn/modules/container/modulelist.h>
#include <torch/types.h>

#include <functional>
#include <memory>
#include <vector>

#include "dircn/model/cascade_kspace.h"
#include "dircn/model/network.h"
#include "dircn/model/resx_unet.h"
#include "dircn/model/sensitivity.h"

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

/// One cascade of whichever network.
class CascadeStage : public torch::nn::Module {
 public:
  virtual CascadeState forward(const CascadeState& previous) = 0;
};

/// Sensitivity maps, then one cascade after the other, then the root of the sum of squares over
/// coils: all that networks have in common. One of them registers its parts by `assemble`.
class CascadedNetworkImpl : public NetworkImpl {
 public:
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

 protected:
  using NetworkImpl::NetworkImpl;

  /// The parts under the names that they have in checkpoints. `cascades` holds `CascadeStage`s.
  void assemble(std::shared_ptr<SensitivityEstimator> sensitivity, const std::string& cascades_name,
                const torch::nn::ModuleList& cascades);

 private:
  /// Runs the cascades, shows each state to `visit` if there is one, and returns the last k-space.
  CascadeKspace refine(const SamplingSpace& space, const torch::Tensor& maps,
                       const Visitor& visit = {});

  bool checkpointing_ = false;
  std::shared_ptr<SensitivityEstimator> sensitivity_;
  torch::nn::ModuleList cascades_;
};

}  // namespace dircn
