#pragma once

#include <torch/types.h>

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "simulate/planes.h"
#include "simulate/random_stream.h"

namespace dircn::simulation {

/// A magnitude image of a head, of any contrast, to be cut along its axes.
class MagnitudeVolume {
 public:
  /// `values` [Z, Y, X] float32 (X from left to right, Y from back to front, Z upwards), any scale;
  /// `spacing` in mm along them. Throws `Error`, naming `source`, if it shows nothing, has NaN or
  /// Inf, or is not of a head's size.
  MagnitudeVolume(const std::string& source, const torch::Tensor& values,
                  const std::array<double, 3>& spacing);

  /// `count` neighbouring planes somewhere in the head, across an axis along which pixels are not
  /// much longer than wide and that shows planes of a head's size; each the mean of one to five
  /// millimetres.
  Planes planes(RandomStream& random, int64_t count) const;

  bool skull_stripped() const { return skull_stripped_; }

 private:
  /// The planes across an axis.
  struct Axis {
    int64_t dim = 0;
    std::vector<int64_t> used;  // planes that show something
    Planes geometry;            // without images
  };

  Axis axis_of(int64_t dim, const torch::Tensor& values) const;
  torch::Tensor plane(const Axis& axis, int64_t first, int64_t thickness) const;
  bool lacks_scalp(const Axis& axial) const;

  std::string source_;
  torch::Tensor values_;  // [Z, Y, X] half precision: many volumes are kept at once
  std::array<double, 3> spacing_;
  std::vector<Axis> axes_;
  bool skull_stripped_ = false;
};

}  // namespace dircn::simulation
