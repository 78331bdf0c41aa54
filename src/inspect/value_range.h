#pragma once

#include <torch/types.h>

#include <algorithm>
#include <cstdint>
#include <limits>

namespace dircn::detail {

/// Smallest and largest of the finite values that were added, and how many others there were.
struct ValueRange {
  double low = std::numeric_limits<double>::infinity();
  double high = -std::numeric_limits<double>::infinity();
  int64_t not_finite = 0;

  bool empty() const { return low > high; }

  /// `values`: real, of any shape.
  void add(const torch::Tensor& values) {
    const torch::Tensor finite = torch::isfinite(values);
    const int64_t others = values.numel() - finite.sum().item<int64_t>();
    const torch::Tensor usable = others > 0 ? values.masked_select(finite) : values;
    not_finite += others;
    if (usable.numel() > 0) {
      low = std::min(low, usable.min().item<double>());
      high = std::max(high, usable.max().item<double>());
    }
  }
};

}  // namespace dircn::detail
