#include "dircn/model/cascaded_network.h"

#include <torch/types.h>

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "dircn/mri/fft.h"
#include "dircn/runtime/recompute.h"

namespace dircn {
namespace {

torch::Tensor or_undefined(const torch::Tensor& tensor) {
  return tensor.numel() > 0 ? tensor : torch::Tensor();
}

/// What the cascade makes of `state`; of all that it computes nothing else is kept for the backward
/// pass.
CascadeState recomputed(const std::shared_ptr<CascadeStage>& cascade, const SamplingSpace& space,
                        const torch::Tensor& maps, const CascadeState& state) {
  const auto run = [cascade, space](const std::vector<torch::Tensor>& inputs) {
    const CascadeState start{CascadeKspace(space, inputs.back()), {}, {}, {}};
    return cascade->forward(start.with(inputs)).tensors();
  };
  auto inputs = state.tensors();
  inputs.push_back(maps);
  return state.with(recompute_in_backward(run, inputs, cascade->parameters()));
}

}  // namespace

std::vector<torch::Tensor> CascadeState::tensors() const {
  auto all = kspace.tensors();
  all.push_back(aggregate);
  all.insert(all.end(), features.begin(), features.end());
  for (auto& tensor : all) {
    if (!tensor.defined()) {
      tensor = torch::empty({0}, all.front().options());
    }
  }
  return all;
}

CascadeState CascadeState::with(const std::vector<torch::Tensor>& tensors) const {
  auto next = tensors.begin();
  const auto take = [&next] { return or_undefined(*next++); };
  const std::vector<torch::Tensor> of_kspace{take(), take(), take()};
  return {kspace.with(of_kspace), take(), {}, {take(), take(), take(), take()}};
}

void CascadedNetworkImpl::assemble(std::shared_ptr<SensitivityEstimator> sensitivity,
                                   const std::string& cascades_name,
                                   const torch::nn::ModuleList& cascades) {
  sensitivity_ = register_module("sens_net", std::move(sensitivity));
  cascades_ = register_module(cascades_name, cascades);
}

void CascadedNetworkImpl::set_checkpointing(bool on) {
  checkpointing_ = on;
  sensitivity_->set_checkpointing(on);
}

CascadeKspace CascadedNetworkImpl::refine(const SamplingSpace& space, const torch::Tensor& maps,
                                          const Visitor& visit) {
  CascadeState state{CascadeKspace(space, maps), {}, {}, {}};
  const bool recompute = checkpointing_ && !visit && torch::GradMode::is_enabled();
  for (size_t t = 0; t < cascades_->size(); ++t) {
    const auto cascade = cascades_->ptr<CascadeStage>(t);
    state = recompute ? recomputed(cascade, space, maps, state) : cascade->forward(state);
    if (visit) {
      visit(state);
    }
  }
  return state.kspace;
}

torch::Tensor CascadedNetworkImpl::forward(const torch::Tensor& masked_kspace,
                                           const torch::Tensor& mask) {
  check_input(masked_kspace, mask);
  const SamplingSpace space(masked_kspace, mask);
  const auto maps = sensitivity_->forward(space, mask);
  return refine(space, maps).magnitude().squeeze(1);
}

NetworkTrace CascadedNetworkImpl::trace(const torch::Tensor& masked_kspace,
                                        const torch::Tensor& mask, const Visitor& visit) {
  check_input(masked_kspace, mask);
  const SamplingSpace space(masked_kspace, mask);
  const auto maps = sensitivity_->forward(space, mask);
  NetworkTrace trace;
  const auto last = refine(space, maps, [&](const CascadeState& state) {
    const auto coil_images = space.unroll(space.to_images(state.kspace.whole()));
    trace.cascades.push_back(fft2c(coil_images));
    visit(state);
  });
  trace.image = last.magnitude().squeeze(1);
  trace.sensitivity_maps = space.unroll(maps);
  return trace;
}

}  // namespace dircn
