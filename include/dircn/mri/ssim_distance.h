#pragma once

#include <torch/types.h>

#include <cstdint>

namespace dircn {

/// How far an image is from its target, 1 − SSIM: uniform window, on the centre `crop` × `crop`
/// (or as much of it as there is), data range = the cropped target's maximum. For the zero-filled
/// image it says how hard a slice is (the challenge team's gtSSIM), for the network's image how
/// well it is solved (predSSIM). `image`, `target`: [H, W] real. No gradients flow through it.
double ssim_distance(const torch::Tensor& image, const torch::Tensor& target, int64_t crop);

}  // namespace dircn
