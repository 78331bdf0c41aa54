#pragma once

#include <torch/types.h>

#include <cstdint>
#include <functional>

#include "dircn/data/loader.h"
#include "dircn/data/slice_set.h"
#include "dircn/train/focal_weights.h"

namespace dircn {

/// How far an image is from its target, 1 − SSIM: uniform window, on the centre `crop` × `crop`
/// (or as much of it as there is), data range = the cropped target's maximum. For the zero-filled
/// image it says how hard a slice is (the challenge team's gtSSIM), for the network's image how
/// well it is solved (predSSIM). `image`, `target`: [H, W] real. No gradients flow through it.
double ssim_distance(const torch::Tensor& image, const torch::Tensor& target, int64_t crop);

/// Tells `focal` of the difficulty of every slice of `set`, prepared as `options` say. False if
/// `stop()` became true before.
bool measure_difficulties(const SliceSet& set, const LoaderOptions& options, int64_t crop,
                          FocalWeights& focal, const std::function<bool()>& stop);

}  // namespace dircn
