#pragma once

#include <torch/types.h>

#include <map>
#include <string>
#include <vector>

#include "dircn/config/model_config.h"
#include "dircn/model/network.h"

namespace dircn::testing {

/// A file of tests/golden: numbers of an independent implementation (see tests/golden/README.md).
class GoldenFile {
 public:
  /// Reads it by LibTorch's own unpickler, which knows these plain files; dircn's reader is tested
  /// on its own.
  explicit GoldenFile(const std::string& name);

  bool has(const std::string& key) const { return entries_.count(key) > 0; }
  torch::Tensor tensor(const std::string& key) const;
  int64_t integer(const std::string& key) const;
  double number(const std::string& key) const;
  std::string text(const std::string& key) const;
  std::map<std::string, torch::Tensor> tensors(const std::string& key) const;

  /// The keys of that dict, in its order.
  std::vector<std::string> keys(const std::string& key) const;

  /// The network case's configuration, `masked_kspace` [B, C, H, W] complex and mask [B or 1, 1, 1,
  /// W] bool.
  ModelConfig model_config() const;
  torch::Tensor kspace(torch::ScalarType real = torch::kFloat) const;
  torch::Tensor mask() const { return tensor("mask").squeeze(-1); }

 private:
  std::map<std::string, c10::IValue> entries_;
};

/// Complex view of a tensor whose last axis is (re, im).
torch::Tensor as_complex(const torch::Tensor& pairs);

/// Copies parameters with the reference's keys (either form of `final_bottle`) into the network.
void load_parameters(torch::nn::Module& network,
                     const std::map<std::string, torch::Tensor>& parameters);

/// The key under which the reference's two forms store a parameter of the network.
std::string normalized_key(std::string key);

/// max|a − b| / max|b|, in double precision; infinite where either is not finite.
double relative_max_error(const torch::Tensor& a, const torch::Tensor& b);

}  // namespace dircn::testing
