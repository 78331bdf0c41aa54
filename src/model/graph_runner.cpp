#include "dircn/model/graph_runner.h"

#include <torch/types.h>

#include <utility>

#ifdef DIRCN_CUDA

#include <ATen/autocast_mode.h>
#include <ATen/cuda/CUDAGraph.h>
#include <c10/cuda/CUDAGuard.h>
#include <c10/cuda/CUDAStream.h>
#include <torch/cuda.h>

#include <cstddef>
#include <exception>
#include <string>

#include "dircn/core/log.h"
#include "dircn/runtime/torch_compat.h"

namespace dircn {
namespace {

constexpr size_t kMostGraphs = 8;    // each holds the memory of a whole pass
constexpr double kTolerance = 1e-3;  // relative to the image's maximum

/// Weights that autocast has rounded are not kept meanwhile: a graph would go on reading those of a
/// cache that is long gone.
class NoAutocastCache {
 public:
  NoAutocastCache() { at::autocast::set_autocast_cache_enabled(false); }
  ~NoAutocastCache() { at::autocast::set_autocast_cache_enabled(before_); }
  NoAutocastCache(const NoAutocastCache&) = delete;
  NoAutocastCache& operator=(const NoAutocastCache&) = delete;

 private:
  bool before_ = at::autocast::is_autocast_cache_enabled();
};

std::vector<int64_t> key_of(const torch::Tensor& kspace, const torch::Tensor& mask) {
  auto key = kspace.sizes().vec();
  key.push_back(mask.size(0));
  key.push_back(static_cast<int64_t>(kspace.scalar_type()));
  key.push_back(kspace.get_device());
  const bool rounded = compat::autocast_enabled(torch::kCUDA);
  key.push_back(rounded ? static_cast<int64_t>(compat::autocast_dtype(torch::kCUDA)) : -1);
  return key;
}

bool nearly_equal(const torch::Tensor& actual, const torch::Tensor& expected) {
  const auto error = (actual - expected).abs().max();
  return (error <= kTolerance * expected.abs().max()).item<bool>();
}

}  // namespace

class GraphRunner::Recording {
 public:
  /// `first`: set to the result for these inputs.
  Recording(const Network& network, const torch::Tensor& kspace, const torch::Tensor& mask,
            torch::Tensor& first)
      : kspace_(kspace.clone()), mask_(mask.clone()) {
    // Recording needs a stream of its own, and libraries that have made their plans on it.
    torch::cuda::synchronize(kspace.get_device());
    const c10::cuda::CUDAStreamGuard guard(
        c10::cuda::getStreamFromPool(/*isHighPriority=*/false, kspace.device().index()));
    first = network->forward(kspace_, mask_);
    torch::cuda::synchronize(kspace.get_device());
    try {
      record(network);
    } catch (const std::exception& error) {
      refuse(error.what());
    }
    torch::cuda::synchronize(kspace.get_device());
  }

  torch::Tensor run(const Network& network, const torch::Tensor& kspace,
                    const torch::Tensor& mask) {
    if (graph_ == nullptr) {
      return network->forward(kspace, mask);
    }
    kspace_.copy_(kspace);
    mask_.copy_(mask);
    graph_->replay();
    if (!trusted_) {
      auto expected = network->forward(kspace, mask);
      trusted_ = nearly_equal(image_, expected);
      if (!trusted_) {
        refuse("its result is another");
      }
      return expected;
    }
    return image_.clone();
  }

 private:
  void record(const Network& network) {
    const NoAutocastCache no_cache;
    graph_ = std::make_unique<at::cuda::CUDAGraph>();
    // What other threads do on their streams meanwhile is none of the graph's business.
    graph_->capture_begin({0, 0}, cudaStreamCaptureModeThreadLocal);
    try {
      image_ = network->forward(kspace_, mask_);
    } catch (...) {
      try {
        graph_->capture_end();
      } catch (const std::exception&) {  // the first error is the one to tell of
      }
      throw;
    }
    graph_->capture_end();
  }

  void refuse(const std::string& reason) {
    log_warning("CUDA graph not used: " + reason);
    torch::cuda::synchronize(kspace_.get_device());
    image_.reset();
    graph_.reset();
  }

  torch::Tensor kspace_, mask_;                 // what the graph reads
  std::unique_ptr<at::cuda::CUDAGraph> graph_;  // none: refused
  torch::Tensor image_;                         // what it writes; after it, because in its memory
  bool trusted_ = false;
};

torch::Tensor GraphRunner::operator()(const torch::Tensor& masked_kspace,
                                      const torch::Tensor& mask) {
  const torch::NoGradGuard no_grad;
  const bool usable = masked_kspace.is_cuda() && mask.is_cuda() && masked_kspace.dim() == 4 &&
                      mask.dim() == 4 && mask.size(2) == 1;
  if (!usable) {
    return network_->forward(masked_kspace, mask);
  }
  const c10::cuda::CUDAGuard device(masked_kspace.device());
  const auto key = key_of(masked_kspace, mask);
  const auto known = recordings_.find(key);
  if (known != recordings_.end()) {
    return known->second->run(network_, masked_kspace, mask);
  }
  if (recordings_.size() == kMostGraphs) {
    torch::cuda::synchronize(masked_kspace.get_device());
    recordings_.clear();
  }
  torch::Tensor image;
  recordings_[key] = std::make_unique<Recording>(network_, masked_kspace, mask, image);
  return image;
}

}  // namespace dircn

#else

namespace dircn {

class GraphRunner::Recording {};

torch::Tensor GraphRunner::operator()(const torch::Tensor& masked_kspace,
                                      const torch::Tensor& mask) {
  const torch::NoGradGuard no_grad;
  return network_->forward(masked_kspace, mask);
}

}  // namespace dircn

#endif

namespace dircn {

GraphRunner::GraphRunner(Network network) : network_(std::move(network)) {}

GraphRunner::~GraphRunner() = default;

GraphRunner::GraphRunner(GraphRunner&& other) noexcept = default;

}  // namespace dircn
