#pragma once

#include <torch/types.h>

#include "simulate/head_images.h"

namespace dircn::simulation {

/// A head that can be looked at anywhere. Positions are (x, y, z) in mm: x to the right, y to the
/// front, z upwards, from the centre of the head, midway between `lowest()` and `highest()`.
class Anatomy {
 public:
  explicit Anatomy(const HeadImages& images);

  struct Sample {
    torch::Tensor t1;     // [h, w]: 1 in white matter, 0.7 in grey matter, 0.3 in fluid
    torch::Tensor brain;  // [h, w]: from 0 outside of the skull to 1 in the brain
  };
  /// `positions` [h, w, 3] float32, not far beyond `lowest()` and `highest()`. Outside of the
  /// images there is air.
  Sample sample(const torch::Tensor& positions) const;

  /// The heights between which the brain fills more than 55 % of the area that it has at most.
  double lowest() const { return -highest_; }
  double highest() const { return highest_; }
  /// How far from a position its sample may reach along z.
  double reach() const { return spacing_z_; }
  /// The head's size along x and y between these heights.
  double width() const { return width_; }
  double length() const { return length_; }

 private:
  void measure(const HeadImages& images);

  torch::Tensor t1_;         // [1, 1, Z, Y, X]: perhaps finer than the images along Y and X
  torch::Tensor brain_;      // [1, 1, z, y, x]: coarser, of the same extent
  torch::Tensor half_size_;  // [3]: half the images' extent in mm along X, Y, Z
  torch::Tensor centre_;     // [3]: our origin, seen from the middle of the images
  double spacing_z_ = 0;
  double highest_ = 0;
  double width_ = 0;
  double length_ = 0;
};

}  // namespace dircn::simulation
