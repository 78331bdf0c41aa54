#pragma once

#include <optional>

#include "dircn/formats/hdf5.h"
#include "dircn/formats/voxel_geometry.h"

namespace dircn::detail {

/// How the images of a scan lie in the patient, from the data sets `read_dir`, `phase_dir`,
/// `slice_dir` and `position` of its file, each of three real numbers (LPS, mm). The readout lies
/// along the rows of k-space, so `read_dir` is the direction in which the row index grows. None
/// where one of them is missing. Throws `Error`, naming file and data set, if one is of another
/// shape or not finite, or the directions are no unit vectors at right angles, to 1e-3.
std::optional<VoxelGeometry::Orientation> read_orientation(const Hdf5File& file);

}  // namespace dircn::detail
