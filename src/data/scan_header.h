#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "dircn/data/volume.h"
#include "dircn/formats/hdf5.h"
#include "dircn/formats/voxel_geometry.h"

namespace dircn::detail {

/// What an ISMRMRD header says that matters for reconstruction.
struct ScanHeader {
  ImageSize image_size;      // reconSpace
  int64_t first_column = 0;  // acquired columns: [first, end); the others are padding
  int64_t end_column = 0;
  /// mm between neighbouring voxels of the images along slices, rows and columns: reconSpace's
  /// field of view over its matrix. None where the header lacks them or they are absurd.
  std::optional<std::array<double, 3>> spacing;
};

/// Reads the XML text `ismrmrd_header` of k-space with `width` columns. `subject` names the file.
/// Throws `Error` if it is no such header or its numbers make no sense.
ScanHeader read_scan_header(const std::string& xml, int64_t width, const std::string& subject);

/// How the images of a scan lie in the patient, from the data sets `read_dir`, `phase_dir`,
/// `slice_dir` and `position` of its file, each of three real numbers (LPS, mm). The readout lies
/// along the rows of k-space, so `read_dir` is the direction in which the row index grows. None
/// where one of them is missing. Throws `Error`, naming file and data set, if one is of another
/// shape or not finite, or the directions are no unit vectors at right angles, to 1e-3.
std::optional<VoxelGeometry::Orientation> read_orientation(const Hdf5File& file);

}  // namespace dircn::detail
