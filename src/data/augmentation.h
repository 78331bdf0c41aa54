#pragma once

#include <torch/types.h>

#include <cstdint>
#include <random>

#include "dircn/config/data_config.h"

namespace dircn {

/// One draw of an augmentation: which transforms happen, in the order of the members, and how
/// strongly. All of them are linear in the image, and turn and grow about its middle,
/// ((H - 1) / 2, (W - 1) / 2).
struct AugmentationDraw {
  bool flip_rows = false;
  bool flip_columns = false;
  int64_t quarter_turns = 0;  // anticlockwise; half turns alone where the image is not square
  double zoom = 1;            // factor; above 1, things grow
  double shear_rows = 0;      // radians: each column moves down by its tangent · (x - middle)
  double shear_columns = 0;   // each row moves right by its tangent · (y - middle)
  double rotation = 0;        // radians, anticlockwise, of pixels that are square
  double shift_rows = 0;      // downwards, of the height
  double shift_columns = 0;   // to the right, of the width

  /// Whether there is a flip or a quarter turn.
  bool moves_pixels() const;
  /// Whether there is anything else.
  bool interpolates() const;
};

/// Probability of `config` in an epoch of a run of `epochs` (from 0): the exponential schedule is
/// MRAugment's, p_max · (1 - exp(-5 t / T)) / (1 - exp(-5)).
double augmentation_probability(const AugmentationConfig& config, int64_t epoch, int64_t epochs);

/// Draws transforms, each with `probability` times its weight; both axes of a translation or shear
/// together. `square`: whether height and width are equal.
AugmentationDraw draw_augmentation(const AugmentationConfig& config, double probability,
                                   bool square, std::mt19937_64& random);

/// Transforms coil images [C, H, W] (complex): all coils alike, so that the sensitivity maps go
/// along with the image; the size stays. Flips and quarter turns move pixels; whatever else there
/// is makes one resampling (bicubic, mirrored at the border). Without transforms it is the same
/// tensor. Throws `Error` for odd quarter turns of an image that is not square.
torch::Tensor augment(const torch::Tensor& coil_images, const AugmentationDraw& draw);

}  // namespace dircn
