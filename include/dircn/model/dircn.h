#pragma once

#include <torch/nn/module.h>
#include <torch/nn/modules/container/modulelist.h>
#include <torch/nn/pimpl.h>
#include <torch/types.h>

#include <functional>
#include <vector>

#include "dircn/config/model_config.h"
#include "dircn/model/cascade.h"
#include "dircn/model/sensitivity.h"

namespace dircn {

/// What one cascade handed on, as in `CascadeState`, but with its k-space whole and centred.
struct CascadeTrace {
  torch::Tensor kspace;  // [B, C, H, W] complex
  torch::Tensor aggregate;
  torch::Tensor image;
  DecoderFeatures features;
};

/// What the network computed on its way, for tests and pictures; everything centred.
struct DircnTrace {
  torch::Tensor image;             // [B, H, W] real: the magnitude image
  torch::Tensor sensitivity_maps;  // [B, C, H, W] complex
  std::vector<CascadeTrace> cascades;
};

/// The densely interconnected residual cascading network (Ottesen et al., arXiv 2207.02073) and the
/// weighted-sum variant of the 2022 challenge: undersampled multi-coil k-space in, magnitude image
/// out. Parameter names and their order are the reference implementation's.
///
///     Dircn network{ModelConfig{}};
///     auto image = network->forward(masked_kspace, canonical_mask(mask));
class DircnImpl : public torch::nn::Module {
 public:
  /// Throws `Error` if `config.check()` does.
  explicit DircnImpl(const ModelConfig& config);

  /// `masked_kspace`: [B, C, H, W] complex (float32 or float64, as the parameters), centred, zero
  /// where not sampled. `mask`: bool [B or 1, 1, H or 1, W]; see `canonical_mask`. Returns [B, H,
  /// W] real, in the units of the k-space. Throws `Error` where shapes do not fit.
  torch::Tensor forward(const torch::Tensor& masked_kspace, const torch::Tensor& mask);

  /// The same, keeping what was computed on the way.
  DircnTrace trace(const torch::Tensor& masked_kspace, const torch::Tensor& mask);

  const ModelConfig& config() const { return config_; }

  /// Keeps of every cascade, and of every few coils whose sensitivity maps are estimated, only what
  /// they hand on, and computes them again in the backward pass (activation checkpointing):
  /// training in a fraction of the memory, a quarter slower at most. The same values and gradients.
  void set_checkpointing(bool on);

 private:
  using Visitor = std::function<void(const CascadeState&)>;

  /// Runs the cascades, shows each state to `visit` if there is one, and returns the last k-space.
  CascadeKspace refine(const SamplingSpace& space, const torch::Tensor& maps,
                       const Visitor& visit = {});

  ModelConfig config_;
  bool checkpointing_ = false;
  Sensitivity sens_net_{nullptr};
  torch::nn::ModuleList i_cascades_;
};
TORCH_MODULE(Dircn);

}  // namespace dircn
