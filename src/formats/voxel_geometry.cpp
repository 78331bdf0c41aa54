#include "dircn/formats/voxel_geometry.h"

#include <cstddef>

namespace dircn {

VoxelGeometry::Vector first_voxel(const VoxelGeometry& geometry, int64_t height, int64_t width) {
  const VoxelGeometry::Orientation& orientation = geometry.orientation.value();
  const auto centre = geometry.centre.value_or(std::array<int64_t, 2>{height / 2, width / 2});
  const double down = static_cast<double>(centre[0]) * geometry.spacing[1];
  const double right = static_cast<double>(centre[1]) * geometry.spacing[2];
  VoxelGeometry::Vector corner = orientation.position;
  for (size_t axis = 0; axis < corner.size(); ++axis) {
    corner[axis] -=
        down * orientation.row_direction[axis] + right * orientation.column_direction[axis];
  }
  return corner;
}

}  // namespace dircn
