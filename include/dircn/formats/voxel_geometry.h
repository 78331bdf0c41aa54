#pragma once

#include <array>
#include <cstdint>
#include <optional>

namespace dircn {

/// Where the voxels of a volume [Z, Y, X] (slices, rows, columns) lie in the patient. Distances are
/// in mm, axes are DICOM's: towards the patient's left, back and head (LPS).
struct VoxelGeometry {
  using Vector = std::array<double, 3>;

  /// Directions are unit vectors, orthogonal to each other.
  struct Orientation {
    Vector row_direction;     // in which the row index grows, down the image
    Vector column_direction;  // in which the column index grows, to its right
    Vector slice_direction;   // in which the slice index grows
    Vector position;          // of `centre` in the first slice
  };

  std::array<double, 3> spacing = {1, 1, 1};  // mm between neighbours along Z, Y, X
  std::optional<Orientation> orientation;     // none: not known
  /// The pixel (row, column) of the scanner's origin; it may lie outside. None: (⌊Y/2⌋, ⌊X/2⌋).
  std::optional<std::array<int64_t, 2>> centre = std::nullopt;
};

/// Where the centre of voxel (0, 0, 0) lies, in mm (LPS), in images of `height` rows and `width`
/// columns whose orientation is known.
VoxelGeometry::Vector first_voxel(const VoxelGeometry& geometry, int64_t height, int64_t width);

}  // namespace dircn
