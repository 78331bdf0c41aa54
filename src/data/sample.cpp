#include "dircn/data/sample.h"

#include <random>
#include <string>

#include "data/augmentation.h"
#include "data/draw_mask.h"
#include "data/normalization.h"
#include "data/slice_check.h"
#include "dircn/core/error.h"
#include "dircn/data/prepared_slice.h"
#include "dircn/data/random_draws.h"
#include "dircn/mri/acs.h"
#include "dircn/mri/fft.h"

namespace dircn {
namespace {

/// What can be told of a slice at any epoch: what cannot be is found before a run has spent hours.
/// It costs little beside the transforms, so every slice is looked at.
void require_trainable(const RawSlice& raw, const torch::Tensor& mask, Calibration calibration) {
  require_usable(check_kspace({raw.name, raw.kspace, mask, raw.acquired}, Targets::made_of_kspace));
  require_usable(check_mask(raw.name, mask, calibration));
}

torch::Tensor augmented(const torch::Tensor& kspace, int64_t index, const TrainingDraws& draws) {
  std::mt19937_64 random = random_engine({draws.seed, draws.epoch, index});
  const bool square = kspace.size(-2) == kspace.size(-1);
  const AugmentationDraw draw =
      draw_augmentation(draws.augmentation, draws.probability, square, random);
  const bool changes = draw.moves_pixels() || draw.interpolates();
  return changes ? fft2c(augment(ifft2c(kspace), draw)) : kspace;
}

/// `draw_mask` takes everything random from a name, so what a mask depends on goes in there.
torch::Tensor training_mask(const RawSlice& raw, const TrainingDraws& draws) {
  if (draws.masks == TrainingMasks::file) {
    return raw.mask;
  }
  require(raw.mask.dim() == 1, [&] {
    return Error::Parts{raw.name, "a 2-D mask",
                        "a mask of columns, in the place of which another one can be drawn",
                        "Set data.training_masks: file."};
  });
  const std::string name = draws.masks == TrainingMasks::fixed
                               ? raw.volume
                               : raw.name + " seed " + std::to_string(draws.seed) + " epoch " +
                                     std::to_string(draws.epoch);
  torch::Tensor mask = draw_mask(draws.mask, name, raw.kspace.size(-1)).columns & raw.acquired;
  require(mask.any().item<bool>(), [&] {
    return Error::Parts{raw.name + ": data.mask", "no column drawn that was acquired",
                        "at least one", "Raise data.mask.center_fractions."};
  });
  return mask;
}

}  // namespace

Sample make_sample(const RawSlice& raw, int64_t index, const SampleOptions& options) {
  MeasuredSlice measured{raw.kspace, raw.mask, raw.grid};
  if (options.draws) {
    measured.mask = training_mask(raw, *options.draws);
    require_trainable(raw, measured.mask, options.calibration);
    measured.change = [&](const torch::Tensor& kspace) {
      return augmented(kspace, index, *options.draws);
    };
  }
  const PreparedSlice prepared = prepare_slice(measured);
  Sample sample;
  sample.index = index;
  sample.kspace = prepared.kspace;
  sample.mask = canonical_mask(measured.mask);
  sample.grid = raw.grid;
  sample.zero_filled = prepared.zero_filled();
  sample.target = raw.label ? *raw.label : prepared.target();
  sample.maximum = raw.maximum;
  sample.scale = normalization_scale(options.normalization, sample.kspace, sample.zero_filled,
                                     options.normalization_fraction);
  return sample;
}

Sample with_tensors(const Sample& sample,
                    const std::function<torch::Tensor(const torch::Tensor&)>& change) {
  Sample changed = sample;
  for (torch::Tensor* tensor :
       {&changed.kspace, &changed.mask, &changed.zero_filled, &changed.target}) {
    *tensor = change(*tensor);
  }
  return changed;
}

Sample to_device(const Sample& sample, torch::Device device) {
  return with_tensors(sample, [&](const torch::Tensor& tensor) {
    return tensor.to(device, /*non_blocking=*/true);
  });
}

}  // namespace dircn
