#include "dircn/model/sensitivity.h"

#include <torch/types.h>

#include <algorithm>
#include <vector>

#include "dircn/mri/cache_blocks.h"
#include "dircn/mri/coils.h"
#include "dircn/runtime/gradients.h"
#include "dircn/runtime/recompute.h"
#include "model/dircn_kind.h"

namespace dircn {
namespace {

/// Of the coil images that the network takes at once, where it does not take all: four of 384 ×
/// 384, whose tensors of four channels at full resolution are 10 MB each, so that a layer's in- and
/// output fit a CPU's last-level cache. Memory grows no more with further coils: in training the
/// features of those at work are all there are, since each group of coils is computed again when
/// its turn comes in the backward pass (a twentieth of a step).
constexpr int64_t kPixelsAtOnce = 4 * 384 * 384;

int64_t coils_at_once(const torch::Tensor& kspace, bool checkpointing) {
  const int64_t all = kspace.size(kCoilDim);
  const int64_t pixels = kspace.numel() / all;
  return kspace.is_cpu() || checkpointing ? std::clamp<int64_t>(kPixelsAtOnce / pixels, 1, all)
                                          : all;
}

/// Divides by the root of the sum of squares over coils; in place where no gradient is recorded.
torch::Tensor normalized(const torch::Tensor& maps) {
  if (records_gradients({maps})) {
    return divide_or_zero(maps, root_sum_of_squares(maps));
  }
  for_each_block(cache_blocks(maps, kRowDim), [&](const CacheBlock& block) {
    const auto rows = maps.slice(kRowDim, block.begin, block.end);
    rows.copy_(divide_or_zero(rows, root_sum_of_squares(rows)));
  });
  return maps;
}

ResXUnetOptions unet_options(const ModelConfig& config) {
  ResXUnetOptions options;
  options.channels = config.sensitivity_channels;
  options.groups = config.sensitivity_groups;
  options.se = {config.se_ratio, config.se_squeeze};
  return options;
}

}  // namespace

torch::Tensor SensitivityEstimator::refine(const torch::Tensor& each_coil, bool to_be_recomputed) {
  using Tensors = std::vector<torch::Tensor>;
  const auto run = [self = shared_from_this(), this](const Tensors& images) -> Tensors {
    return {refined(images[0])};
  };
  return (to_be_recomputed ? recompute_in_backward(run, {each_coil}, parameters())
                           : run({each_coil}))[0];
}

torch::Tensor SensitivityEstimator::estimate(const SamplingSpace& space,
                                             const torch::Tensor& calibration) {
  const auto kept = space.roll(calibration);
  const int64_t coils = space.measured().size(kCoilDim);
  const int64_t at_once = coils_at_once(space.measured(), checkpointing_);
  std::vector<torch::Tensor> maps;
  for (int64_t first = 0; first < coils; first += at_once) {
    const auto some = space.part(kCoilDim, first, std::min(first + at_once, coils));
    const auto coil_images = some.unroll(some.to_images(some.measured() * kept));
    const auto sizes = coil_images.sizes();
    const auto refined = refine(coil_images.reshape({-1, 1, sizes[2], sizes[3]}), at_once < coils);
    maps.push_back(some.roll(refined.view(sizes)));
  }
  return normalized(torch::cat(maps, kCoilDim));
}

SensitivityImpl::SensitivityImpl(const ModelConfig& config)
    : SensitivityEstimator(dircn_calibration(config)),
      model_(register_module("model", Refinement(unet_options(config)))) {}

torch::Tensor SensitivityImpl::refined(const torch::Tensor& each_coil) {
  DecoderFeatures unused;
  return model_->forward(each_coil, unused);
}

}  // namespace dircn
