#include "dircn/nn/sensitivity.h"

#include <torch/types.h>

#include "dircn/mri/acs.h"
#include "dircn/mri/coils.h"

namespace dircn {
namespace {

ResXUnetOptions unet_options(const ModelConfig& config) {
  ResXUnetOptions options;
  options.channels = config.sensitivity_channels;
  options.groups = config.sensitivity_groups;
  options.se = {config.se_ratio, config.se_squeeze};
  return options;
}

}  // namespace

SensitivityImpl::SensitivityImpl(const ModelConfig& config)
    : model_(register_module("model", Refinement(unet_options(config)))) {}

torch::Tensor SensitivityImpl::forward(const SamplingSpace& space, const torch::Tensor& mask) {
  const auto acs = space.roll(acs_mask(mask));
  const auto coil_images = space.unroll(space.to_images(space.measured() * acs));
  const auto sizes = coil_images.sizes();
  DecoderFeatures unused;
  const auto each_coil = coil_images.reshape({-1, 1, sizes[2], sizes[3]});
  const auto maps = space.roll(model_->forward(each_coil, unused).view(sizes));
  return divide_or_zero(maps, root_sum_of_squares(maps));
}

}  // namespace dircn
