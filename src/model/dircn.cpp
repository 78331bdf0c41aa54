#include "dircn/model/dircn.h"

#include <torch/types.h>

#include <cstddef>
#include <vector>

#include "dircn/mri/fft.h"
#include "dircn/runtime/recompute.h"

namespace dircn {
namespace {

/// What the cascade makes of `state`; of all that it computes nothing else is kept for the backward
/// pass.
CascadeState recomputed(const Cascade& cascade, const SamplingSpace& space,
                        const torch::Tensor& maps, const CascadeState& state) {
  const auto run = [cascade, space](const std::vector<torch::Tensor>& inputs) {
    const CascadeState start{CascadeKspace(space, inputs.back()), {}, {}, {}};
    return Cascade(cascade)->forward(start.with(inputs)).tensors();
  };
  auto inputs = state.tensors();
  inputs.push_back(maps);
  return state.with(recompute_in_backward(run, inputs, cascade->parameters()));
}

}  // namespace

DircnImpl::DircnImpl(const ModelConfig& config) : NetworkImpl(config) {
  sens_net_ = register_module("sens_net", Sensitivity(config));
  register_module("i_cascades", i_cascades_);
  for (int64_t t = 0; t < config.cascades; ++t) {
    i_cascades_->push_back(Cascade(config, t));
  }
}

void DircnImpl::set_checkpointing(bool on) {
  checkpointing_ = on;
  sens_net_->set_checkpointing(on);
}

CascadeKspace DircnImpl::refine(const SamplingSpace& space, const torch::Tensor& maps,
                                const Visitor& visit) {
  CascadeState state{CascadeKspace(space, maps), {}, {}, {}};
  const bool recompute = checkpointing_ && !visit && torch::GradMode::is_enabled();
  for (size_t t = 0; t < i_cascades_->size(); ++t) {
    Cascade cascade(i_cascades_->ptr<CascadeImpl>(t));
    state = recompute ? recomputed(cascade, space, maps, state) : cascade->forward(state);
    if (visit) {
      visit(state);
    }
  }
  return state.kspace;
}

torch::Tensor DircnImpl::forward(const torch::Tensor& masked_kspace, const torch::Tensor& mask) {
  check_input(masked_kspace, mask);
  const SamplingSpace space(masked_kspace, mask);
  const auto maps = sens_net_->forward(space, mask);
  return refine(space, maps).magnitude().squeeze(1);
}

NetworkTrace DircnImpl::trace(const torch::Tensor& masked_kspace, const torch::Tensor& mask,
                              const Visitor& visit) {
  check_input(masked_kspace, mask);
  const SamplingSpace space(masked_kspace, mask);
  const auto maps = sens_net_->forward(space, mask);
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
