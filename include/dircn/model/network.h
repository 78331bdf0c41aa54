#pragma once

#include <torch/nn/module.h>
#include <torch/types.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "dircn/config/model_config.h"

namespace dircn {

/// What a network computed on its way, for tests and pictures; everything centred.
struct NetworkTrace {
  torch::Tensor image;                  // [B, H, W] real: the magnitude image
  torch::Tensor sensitivity_maps;       // [B, C, H, W] complex
  std::vector<torch::Tensor> cascades;  // the k-space that each handed on, [B, C, H, W] complex
};

/// A network that reconstructs: undersampled multi-coil k-space in, magnitude image out, by
/// cascades with sensitivity maps that it estimates itself. Which there are: `network_table.h`.
class NetworkImpl : public torch::nn::Module {
 public:
  /// `masked_kspace`: [B, C, H, W] complex (float32 or float64, as the parameters), centred, zero
  /// where not sampled. `mask`: bool [B or 1, 1, H or 1, W]; see `canonical_mask`. Returns [B, H,
  /// W] real, in the units of the k-space. Throws `Error` where shapes do not fit.
  virtual torch::Tensor forward(const torch::Tensor& masked_kspace, const torch::Tensor& mask) = 0;

  /// The same, keeping what was computed on the way.
  virtual NetworkTrace trace(const torch::Tensor& masked_kspace, const torch::Tensor& mask) = 0;

  /// Keeps only part of what the backward pass needs, and computes the rest again there (activation
  /// checkpointing): training in a fraction of the memory. The same values and gradients.
  virtual void set_checkpointing(bool on) = 0;

  const ModelConfig& config() const { return config_; }
  int64_t cascades() const { return config_.cascades; }

 protected:
  /// Throws `Error` if `config.check()` does.
  explicit NetworkImpl(const ModelConfig& config);

  /// Throws `Error` where `forward` cannot take these.
  static void check_input(const torch::Tensor& masked_kspace, const torch::Tensor& mask);

 private:
  ModelConfig config_;
};

/// Copies are the same network.
using Network = std::shared_ptr<NetworkImpl>;

/// The network that a configuration describes, with random weights (by LibTorch's generator) on the
/// CPU in float32. Throws `Error` if `config.check()` does.
///
///     const Network network = make_network(ModelConfig{});
///     const auto image = network->forward(masked_kspace, canonical_mask(mask));
Network make_network(const ModelConfig& config);

/// What a parameter is for.
enum class ParameterRole {
  sensitivity,       // estimates the sensitivity maps
  refinement,        // refines a cascade's image
  data_consistency,  // weighs the measurement in a cascade
  aggregation        // weighs what the cascades before handed on
};

struct ParameterPlace {
  ParameterRole role;
  std::optional<int64_t> cascade;  // that it belongs to; none for sensitivity
};

/// The place of a network's parameter (or buffer) by its key; none if no network has such a one.
std::optional<ParameterPlace> place_of(const std::string& key);

bool has_role(const std::string& key, ParameterRole role);

}  // namespace dircn
