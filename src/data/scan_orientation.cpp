#include <torch/types.h>

#include <array>
#include <cmath>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "data/scan_header.h"
#include "dircn/core/error.h"
#include "dircn/core/text.h"

namespace dircn::detail {
namespace {

using Vector = VoxelGeometry::Vector;

constexpr std::array<const char*, 3> kDirections = {"read_dir", "phase_dir", "slice_dir"};
constexpr const char* kPosition = "position";
constexpr double kTolerance = 1e-3;

double inner_product(const Vector& a, const Vector& b) {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

std::string vector_text(const Vector& vector) {
  return "(" + significant(vector[0], 6) + ", " + significant(vector[1], 6) + ", " +
         significant(vector[2], 6) + ")";
}

Vector read_vector(const Hdf5File& file, const std::string& name) {
  const std::string subject = file.path().string() + ": '" + name + "'";
  const std::vector<int64_t> shape = file.dataset(name).shape;
  const bool of_slices = shape.size() == 2 && shape[0] > 0 && shape[1] == 3;
  require(of_slices || shape == std::vector<int64_t>{3}, [&] {
    return Error::Parts{subject, "shape " + shape_text(shape),
                        "[3] or [slices, 3]: towards left, back and head",
                        "Correct it, or leave the four data sets of the orientation out."};
  });
  const torch::Tensor values = file.read_real(name).view({-1, 3})[0];  // of the first slice
  Vector vector = {};
  for (size_t axis = 0; axis < vector.size(); ++axis) {
    vector[axis] = values[static_cast<int64_t>(axis)].item<double>();
  }
  require(std::isfinite(inner_product(vector, vector)), [&] {
    return Error::Parts{subject, vector_text(vector), "finite numbers"};
  });
  return vector;
}

/// Of length 1 exactly, where the file's is of length 1 nearly.
Vector read_direction(const Hdf5File& file, const std::string& name) {
  Vector vector = read_vector(file, name);
  const double length = std::sqrt(inner_product(vector, vector));
  require(std::abs(length - 1) <= kTolerance, [&] {
    return Error::Parts{file.path().string() + ": '" + name + "'",
                        vector_text(vector) + " of length " + std::to_string(length),
                        "a direction of length 1",
                        "Correct it, or leave the four data sets of the orientation out."};
  });
  for (double& part : vector) {
    part /= length;
  }
  return vector;
}

}  // namespace

std::optional<VoxelGeometry::Orientation> read_orientation(const Hdf5File& file) {
  bool known = file.has_dataset(kPosition);
  for (const char* name : kDirections) {
    known = known && file.has_dataset(name);
  }
  if (!known) {
    return std::nullopt;
  }
  std::array<Vector, 3> directions = {};
  for (size_t axis = 0; axis < directions.size(); ++axis) {
    directions[axis] = read_direction(file, kDirections[axis]);
    for (size_t other = 0; other < axis; ++other) {
      const double cosine = inner_product(directions[axis], directions[other]);
      require(std::abs(cosine) <= kTolerance, [&] {
        return Error::Parts{file.path().string() + ": '" + kDirections[axis] + "'",
                            "an angle with '" + std::string(kDirections[other]) +
                                "' whose cosine is " + std::to_string(cosine),
                            "a right angle",
                            "Correct it, or leave the four data sets of the orientation out."};
      });
    }
  }
  return VoxelGeometry::Orientation{directions[0], directions[1], directions[2],
                                    read_vector(file, kPosition)};
}

}  // namespace dircn::detail
