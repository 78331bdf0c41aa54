#pragma once

#include <torch/types.h>

#include "dircn/eval/scored_volume.h"

namespace dircn {

/// How much the error is amplified in a comparison picture.
constexpr double kErrorGain = 5;

/// One slice as a grey picture, from left to right: zero-filled (where there is such an image),
/// reconstruction, target, |reconstruction − target| times `kErrorGain`, with a white gap between
/// them. Grey values run from 0 to the target's 99.8th percentile in all of them. uint8 [h, width].
torch::Tensor comparison_picture(const SliceImages& images);

}  // namespace dircn
