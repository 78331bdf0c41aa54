#include "dircn/formats/voxel_geometry.h"

#include <cstddef>

namespace dircn {

VoxelGeometry::Vector first_voxel(const VoxelGeometry::Orientation& orientation,
                                  const std::array<double, 3>& spacing, int64_t height,
                                  int64_t width) {
  const int64_t middle_row = height / 2;
  const int64_t middle_column = width / 2;
  const double down = static_cast<double>(middle_row) * spacing[1];
  const double right = static_cast<double>(middle_column) * spacing[2];
  VoxelGeometry::Vector corner = orientation.position;
  for (size_t axis = 0; axis < corner.size(); ++axis) {
    corner[axis] -=
        down * orientation.row_direction[axis] + right * orientation.column_direction[axis];
  }
  return corner;
}

}  // namespace dircn
