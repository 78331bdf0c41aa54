#include "dircn/io/voxel_geometry.h"

#include <cstddef>

namespace dircn {

VoxelGeometry::Vector first_voxel(const VoxelGeometry::Orientation& orientation,
                                  const std::array<double, 3>& spacing, int64_t height,
                                  int64_t width) {
  const double down = static_cast<double>(height / 2) * spacing[1];
  const double right = static_cast<double>(width / 2) * spacing[2];
  VoxelGeometry::Vector corner = orientation.position;
  for (size_t axis = 0; axis < corner.size(); ++axis) {
    corner[axis] -=
        down * orientation.row_direction[axis] + right * orientation.column_direction[axis];
  }
  return corner;
}

}  // namespace dircn
