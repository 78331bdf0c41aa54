#pragma once

#include <torch/types.h>

#include <cstdint>
#include <optional>

#include "dircn/mri/box.h"
#include "simulate/random_stream.h"

namespace dircn::simulation {

/// A spot of irregular outline; where, in mm from the middle of the image, and how large.
struct Lesion {
  double row = 0;
  double column = 0;
  double z = 0;
  double radius = 0;        // along its first axis in the plane
  double other_radius = 0;  // along its second axis
  double radius_z = 0;
  double angle = 0;
  double phase = 0;  // of the bulges of its outline

  /// A random shape, 4 to 14 mm wide.
  static Lesion shaped(RandomStream& random);

  /// How much of each pixel of the slice at height `z_of_slice` it fills: [size, size], 0 to 1.
  torch::Tensor weight(int64_t size, double fov, double z_of_slice) const;
};

/// The box around what is more than half filled in `weight` [n, n], with a margin of two pixels, in
/// the image of `label` x `label` pixels that is cropped from the centre of `weight`'s. None where
/// nothing is filled in there.
std::optional<Box> box_around(const torch::Tensor& weight, int64_t label);

}  // namespace dircn::simulation
