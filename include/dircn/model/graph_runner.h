#pragma once

#include <torch/types.h>

#include <cstdint>
#include <map>
#include <memory>
#include <vector>

#include "dircn/model/network.h"

namespace dircn {

/// Runs a network for inference. On a CUDA GPU the many small kernels of a single slice would be
/// over sooner than a CPU can start the next ones, so they are recorded once, as a CUDA graph, and
/// replayed; one graph for each size, type and precision (autocast). For a new one the first slice
/// is computed as usual, and then recorded; the second is computed both ways, and only if the
/// results are equal does the graph take over from there: else the log says so, and all further
/// ones are computed as usual. So are slices with 2-D masks (their centre is looked for on the
/// CPU), and all where dircn was built without CUDA, or the tensors are on another device.
///
///     GraphRunner run(network);  // on its device, in evaluation mode; its parameters stay where
///     auto image = run(masked_kspace, canonical_mask(mask));  // they are in memory
///
/// For one thread at a time. No gradients.
class GraphRunner {
 public:
  explicit GraphRunner(Network network);
  ~GraphRunner();
  GraphRunner(GraphRunner&& other) noexcept;
  GraphRunner& operator=(GraphRunner&&) = delete;
  GraphRunner(const GraphRunner&) = delete;
  GraphRunner& operator=(const GraphRunner&) = delete;

  /// As `NetworkImpl::forward`.
  torch::Tensor operator()(const torch::Tensor& masked_kspace, const torch::Tensor& mask);

 private:
  class Recording;

  Network network_;
  std::map<std::vector<int64_t>, std::unique_ptr<Recording>> recordings_;
};

}  // namespace dircn
