#pragma once

#include <torch/types.h>

#include <cstdint>
#include <functional>

#include "dircn/config/config.h"
#include "dircn/data/slice_set.h"

namespace dircn {

/// A slice ready for the network.
struct Sample {
  int64_t index = 0;          // in its `SliceSet`
  torch::Tensor kspace;       // [C, H, W] complex64: masked, and its field of view cropped
  torch::Tensor mask;         // bool [1, 1, 1 or H, W], canonical
  torch::Tensor zero_filled;  // [H, W] float32: root sum of squares of `kspace`'s coil images
  torch::Tensor target;       // float32: the label [h, w] where there is one, else the root sum of
                              // squares of the coil images before masking, [H, W]
  double maximum = 0;         // the volume's `max`, where there is a label
};

/// The root sum of squares of the coil images of k-space [C, H, W]: [H, W].
torch::Tensor combined_image(const torch::Tensor& kspace);

/// Crops the field of view of `raw` (column masks only, see `effective_fov_crop`), masks it and
/// makes its target.
Sample make_sample(const RawSlice& raw, int64_t index, FovCrop crop);

/// The sample with `change(tensor)` in the place of each tensor.
Sample with_tensors(const Sample& sample,
                    const std::function<torch::Tensor(const torch::Tensor&)>& change);

/// The sample on a device. Copies from pinned memory to a GPU do not wait; they are in order with
/// the work that follows on its current stream.
Sample to_device(const Sample& sample, torch::Device device);

}  // namespace dircn
