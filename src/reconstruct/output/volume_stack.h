#pragma once

#include <torch/types.h>

#include <cstdint>
#include <map>
#include <string>

#include "dircn/reconstruct/slice_outputs.h"

namespace dircn::detail {

/// The slices of a volume, collected by name, for formats that need all of them at once.
class VolumeStack {
 public:
  explicit VolumeStack(int64_t slices) : slices_(slices) {}

  void add(int64_t index, const SliceOutputs& outputs) {
    for (const auto& [name, values] : outputs) {
      auto& volume = volumes_[name];
      if (!volume.defined()) {
        auto shape = values.sizes().vec();
        shape.insert(shape.begin(), slices_);
        volume = torch::zeros(shape, values.options());
      }
      volume[index].copy_(values);
    }
  }

  /// Each [S, ...].
  const std::map<std::string, torch::Tensor>& volumes() const { return volumes_; }

 private:
  int64_t slices_;
  std::map<std::string, torch::Tensor> volumes_;
};

}  // namespace dircn::detail
