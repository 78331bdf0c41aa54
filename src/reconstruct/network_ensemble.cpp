#include "dircn/reconstruct/network_ensemble.h"

#include <torch/types.h>
#include <torch/utils.h>

#include <cstdint>
#include <vector>

#include "dircn/core/error.h"
#include "dircn/model/network_table.h"
#include "dircn/mri/acs.h"
#include "dircn/mri/coils.h"
#include "dircn/mri/fft.h"
#include "dircn/runtime/precision_guard.h"

namespace dircn {
namespace {

constexpr int64_t kRows = -2;
constexpr int64_t kColumns = -1;

const std::vector<std::vector<int64_t>>& mirrorings(bool flips) {
  static const std::vector<std::vector<int64_t>> none = {{}};
  static const std::vector<std::vector<int64_t>> all = {{}, {kRows}, {kColumns}, {kRows, kColumns}};
  return flips ? all : none;
}

/// A mask has the dimensions that it has: one of columns does not notice mirrored rows.
torch::Tensor mirrored_mask(const torch::Tensor& mask, const std::vector<int64_t>& dims) {
  std::vector<int64_t> own;
  for (const int64_t dim : dims) {
    if (-dim <= mask.dim()) {
      own.push_back(dim);
    }
  }
  return mirrored(mask, own);
}

void require_finite(const torch::Tensor& image) {
  require(torch::isfinite(image).all().item<bool>(), [] {
    return Error::Parts{"network", "NaN or Inf in its output", "finite values",
                        "Check the checkpoint and the scale of the k-space."};
  });
}

}  // namespace

// Index i goes to 2 · ⌊n/2⌋ − i: a reversal, and where n is even a step further.
torch::Tensor mirrored(const torch::Tensor& tensor, const std::vector<int64_t>& dims) {
  torch::Tensor result = tensor;
  for (const int64_t dim : dims) {
    result = result.flip({dim});
    if (tensor.size(dim) % 2 == 0) {
      result = result.roll({1}, {dim});
    }
  }
  return result;
}

NetworkEnsemble::NetworkEnsemble(const std::vector<Network>& networks,
                                 const EnsembleOptions& options)
    : options_(options) {
  require(!networks.empty(), [] {
    return Error::Parts{"ensemble of networks", "none", "at least one", "Name a checkpoint."};
  });
  members_.reserve(networks.size());
  for (const Network& network : networks) {
    network->to(options_.device);
    network->eval();
    members_.push_back({network, GraphRunner(network)});
  }
}

Calibrations NetworkEnsemble::calibrations() const {
  Calibrations all;
  for (const Member& member : members_) {
    const ModelConfig& model = member.network->config();
    all.insert(kind_of(model).calibration(model));
  }
  return all;
}

torch::Tensor NetworkEnsemble::image(Member& member, const torch::Tensor& kspace,
                                     const torch::Tensor& mask,
                                     const std::vector<int64_t>& mirrored_dims) {
  const auto output = member.run(mirrored(kspace, mirrored_dims).unsqueeze(0),
                                 canonical_mask(mirrored_mask(mask, mirrored_dims)));
  return mirrored(output.squeeze(0), mirrored_dims);
}

SliceOutputs NetworkEnsemble::reconstruct(const torch::Tensor& kspace, const torch::Tensor& mask,
                                          const Extras& wanted) {
  const torch::NoGradGuard no_grad;
  const PrecisionGuard precision(options_.device, options_.precision);
  std::vector<torch::Tensor> images;
  for (auto& member : members_) {
    for (const auto& dims : mirrorings(options_.flips)) {
      images.push_back(image(member, kspace, mask, dims));
      require_finite(images.back());
    }
  }
  SliceOutputs outputs;
  if (images.size() == 1) {
    outputs[kReconstruction] = images.front();
  } else {
    const torch::Tensor all = torch::stack(images);
    outputs[kReconstruction] = all.mean(0);
    outputs[kDeviation] = all.std(0, /*unbiased=*/true);
  }
  if (wanted.count(Extra::sensitivity_maps) + wanted.count(Extra::residual) > 0) {
    add_details(outputs, kspace, mask, wanted);
  }
  return outputs;
}

void NetworkEnsemble::add_details(SliceOutputs& outputs, const torch::Tensor& kspace,
                                  const torch::Tensor& mask, const Extras& wanted) {
  const auto trace = members_.front().network->trace(kspace.unsqueeze(0), canonical_mask(mask));
  if (wanted.count(Extra::sensitivity_maps) > 0) {
    outputs[kSensitivityMaps] = trace.sensitivity_maps.squeeze(0);
  }
  if (wanted.count(Extra::residual) > 0) {
    const auto contradiction = (trace.cascades.back() - kspace) * mask;
    outputs[kResidual] = root_sum_of_squares(ifft2c(contradiction))[0][0];
  }
}

}  // namespace dircn
