#pragma once

#include <torch/types.h>

#include <cstdint>

#include "simulate/random_stream.h"

namespace dircn::simulation {

/// What a slice shows: pixels, and mm.
struct SliceView {
  int64_t rows;
  int64_t columns;
  double height;
  double width;
};

/// The half axes of the helmet on which the coils lie, in mm, and how far it is turned about z, in
/// radians.
struct Helmet {
  double x;
  double y;
  double z;
  double turn = 0;
};

/// Circular receive coils around a head. What each receives from a point is the field B1- = Bx -
/// i By that a current in it would make there (Biot-Savart's law, reciprocity).
class CoilArray {
 public:
  /// Spread evenly over the helmet, but for its underside, and displaced a little at random.
  CoilArray(int64_t coils, const Helmet& helmet, RandomStream& random);

  /// Sensitivities in the slice at height `z`, in whose middle the helmet's axis is: [C, rows,
  /// columns] complex64. Their root sum of squares in the centre of the helmet is 1.
  torch::Tensor maps(const SliceView& view, double z) const;

  /// Gives noise [C, h, w] complex64, independent between coils and of variance 1, the coils'
  /// correlation: exp(-distance / coil radius).
  torch::Tensor correlated(const torch::Tensor& noise) const;

 private:
  torch::Tensor field(const torch::Tensor& points) const;

  torch::Tensor centres_;  // [C, 3] mm
  torch::Tensor normals_;  // [C, 3]
  double radius_;
  double gain_ = 1;
  torch::Tensor mixing_;  // [C, C]: lower factor of the noise covariance, float64
};

}  // namespace dircn::simulation
