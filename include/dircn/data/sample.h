#pragma once

#include <torch/types.h>

#include <cstdint>
#include <functional>
#include <optional>

#include "dircn/config/config.h"
#include "dircn/data/slice_source.h"
#include "dircn/mri/acs.h"

namespace dircn {

/// A slice ready for the network.
struct Sample {
  int64_t index = 0;          // in its `SliceSource`
  torch::Tensor kspace;       // [C, H, W] complex64: masked, and its field of view cropped
  torch::Tensor mask;         // bool [1, 1, 1 or H, W], canonical
  torch::Tensor zero_filled;  // [H, W] float32: root sum of squares of `kspace`'s coil images
  ImageGrid grid;             // to the pixels of the label, or of what its volume's images are
  torch::Tensor target;       // float32: the label [h, w] where there is one, else the root sum of
                              // squares of the coil images before masking, [H, W]
  double maximum = 0;         // the volume's `max`, where the set has maxima
  double scale = 1;           // what image and target are divided by in the loss
};

/// What is drawn at random for the slices of a training set; all of it follows from seed, epoch and
/// slice, to the bit. It needs fully sampled k-space, and slices without labels: those would not
/// move along. Masks are drawn in the place of column masks only; augmentations go with any.
struct TrainingDraws {
  TrainingMasks masks = TrainingMasks::file;
  MaskConfig mask;
  AugmentationConfig augmentation;
  double probability = 0;  // of an augmentation, in this epoch
  int64_t seed = 1;
  int64_t epoch = 0;
};

/// How slices become samples.
struct SampleOptions {
  Normalization normalization = Normalization::none;
  double normalization_fraction = 0.08;
  std::optional<TrainingDraws> draws = std::nullopt;  // of a training set
  Calibration calibration = Calibration::centre;      // of the network, which a training set suits
};

/// Prepares `raw` (`prepare_slice`), augmented and with a mask of its own where that is drawn, and
/// makes its target. Throws `Error`, naming the slice, where draws are asked for that
/// its k-space does not allow.
Sample make_sample(const RawSlice& raw, int64_t index, const SampleOptions& options);

/// The sample with `change(tensor)` in the place of each tensor.
Sample with_tensors(const Sample& sample,
                    const std::function<torch::Tensor(const torch::Tensor&)>& change);

/// The sample on a device. Copies from pinned memory to a GPU do not wait; they are in order with
/// the work that follows on its current stream.
Sample to_device(const Sample& sample, torch::Device device);

}  // namespace dircn
