#pragma once

#include <torch/types.h>

#include <cstdint>

#include "simulate/random_stream.h"

namespace dircn::simulation {

/// How one volume's head differs from the anatomy: turned by up to 12 degrees in the plane, scaled
/// by up to 8 %, perhaps mirrored, and bent smoothly.
class Deformation {
 public:
  explicit Deformation(RandomStream& random);

  /// How far the bending moves a point along z at most, and in the plane along one axis, in mm.
  static constexpr double kMaxShiftZ = 0.75;
  static constexpr double kMaxShift = 4;

  /// Which point of the anatomy each pixel of a slice at height `z` shows: [size, size, 3] in mm,
  /// for an image of `fov` mm whose first row is the front and whose middle is the head's centre.
  torch::Tensor positions(int64_t size, double fov, double z) const;

 private:
  double angle_;
  double scale_;
  double mirror_;          // 1, or -1: left and right exchanged
  torch::Tensor bending_;  // [3, n, n]: displacement along x, y, z at coarse points, mm
};

/// The coordinates of an image's pixels from its middle, [size]: pixel i at (i - size / 2 + 1 / 2)
/// pixels.
torch::Tensor pixel_centres(int64_t size, double fov);

/// Coarse values [n, n] or [C, n, n], real, spread smoothly over an image: [..., rows, columns].
torch::Tensor spread(const torch::Tensor& coarse, int64_t rows, int64_t columns);
inline torch::Tensor spread(const torch::Tensor& coarse, int64_t size) {
  return spread(coarse, size, size);
}

}  // namespace dircn::simulation
