#pragma once

#include <torch/types.h>

#include <cstdint>
#include <vector>

#include "dircn/core/precision.h"
#include "dircn/model/graph_runner.h"
#include "dircn/model/network.h"
#include "dircn/reconstruct/slice_method.h"

namespace dircn {

/// Mirrors k-space, masks or images [..., H, W] about the centre (index ⌊n/2⌋) of the given
/// dimensions. The Fourier transform commutes with it, so that the mirrored k-space is that of the
/// mirrored object, to the bit of a permutation; its own inverse.
torch::Tensor mirrored(const torch::Tensor& tensor, const std::vector<int64_t>& dims);

struct EnsembleOptions {
  torch::Device device = torch::kCPU;
  Precision precision = Precision::fp32;
  bool flips = false;  // test-time averaging: each network also sees the object mirrored about its
                       // rows, its columns, and both
};

/// One network, or the mean of several, and of their mirrored runs; with more than one of these
/// members also their standard deviation. Sensitivity maps and residual are those of the first
/// network.
class NetworkEnsemble : public SliceMethod {
 public:
  /// Moves the networks to the device and into evaluation mode. Throws `Error` if there are none.
  NetworkEnsemble(const std::vector<Network>& networks, const EnsembleOptions& options);

  SliceOutputs reconstruct(const torch::Tensor& kspace, const torch::Tensor& mask,
                           const Extras& wanted) override;

  Calibrations calibrations() const override;
  torch::Device device() const override { return options_.device; }

 private:
  struct Member {
    Network network;
    GraphRunner run;
  };

  torch::Tensor image(Member& member, const torch::Tensor& kspace, const torch::Tensor& mask,
                      const std::vector<int64_t>& mirrored_dims);
  void add_details(SliceOutputs& outputs, const torch::Tensor& kspace, const torch::Tensor& mask,
                   const Extras& wanted);

  std::vector<Member> members_;
  EnsembleOptions options_;
};

}  // namespace dircn
