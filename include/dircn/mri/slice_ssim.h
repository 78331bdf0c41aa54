#pragma once

#include <torch/types.h>

#include <cstdint>
#include <optional>

#include "dircn/mri/box.h"

namespace dircn {

/// Structural similarity as the SNU fastMRI challenge and fastMRI score it, each for one slice:
/// `image` and `target` [H, W] real, `maximum` the volume's largest target value (its `max`
/// attribute), `threshold` that of the foreground (5e-5 until 2025 and for brains, 2e-5 for knees
/// in 2025 and for all in 2026). Structural similarity is under the uniform window.

/// Above this a pixel of a brain belongs to the foreground, and until 2024 of a knee, too.
inline constexpr double kForegroundThreshold = 5e-5;

/// 2022 to 2025: mean over the whole valid map of both images times the foreground. 1 where there
/// is none.
double masked_ssim(const torch::Tensor& image, const torch::Tensor& target, double maximum,
                   double threshold);

/// 2026, whole slice: both images times the foreground, mean of the map over it. None where there
/// is no foreground.
std::optional<double> foreground_ssim(const torch::Tensor& image, const torch::Tensor& target,
                                      double maximum, double threshold);

/// 2026, annotated region: similarity of the two images (not masked) inside the box, clipped to the
/// image. None where a side is shorter than the window.
std::optional<double> box_ssim(const torch::Tensor& image, const torch::Tensor& target,
                               double maximum, const Box& box);

/// As fastMRI's papers give it, in double precision: mean over all positions of the uniform window,
/// no mask.
double whole_ssim(const torch::Tensor& image, const torch::Tensor& target, double data_range);

/// How far an image is from its target, 1 − SSIM: uniform window, on the centre `crop` × `crop`
/// (or as much of it as there is), data range = the cropped target's maximum. For the zero-filled
/// image it says how hard a slice is (the challenge team's gtSSIM), for the network's image how
/// well it is solved (predSSIM). `image`, `target`: [H, W] real. No gradients flow through it.
double ssim_distance(const torch::Tensor& image, const torch::Tensor& target, int64_t crop);

}  // namespace dircn
