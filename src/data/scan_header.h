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
  /// Samples along the rows of k-space, which is the header's x, the readout, and along its
  /// columns; and what they span in mm, where that is there and not absurd.
  struct Space {
    ImageSize matrix;
    std::optional<double> height;
    std::optional<double> width;
  };

  /// The lines that were acquired, [first, end), and which of them is the centre of k-space.
  struct Lines {
    int64_t first = 0;
    int64_t end = 0;
    int64_t centre = 0;
  };

  Space encoded;                        // encodedSpace
  Space image;                          // reconSpace
  std::optional<double> slice_spacing;  // mm
  std::optional<Lines> lines;           // none: all
  std::optional<int64_t> slices;
  std::optional<int64_t> coils;
};

/// Reads the XML text `ismrmrd_header`. `subject` names the file. Throws `Error` if it is no such
/// header or its numbers make no sense.
ScanHeader read_scan_header(const std::string& xml, const std::string& subject);

/// How the images of a scan lie in the patient, from the data sets `read_dir`, `phase_dir`,
/// `slice_dir` and `position` of its file, each of three real numbers (LPS, mm). The readout lies
/// along the rows of k-space, so `read_dir` is the direction in which the row index grows. None
/// where one of them is missing. Throws `Error`, naming file and data set, if one is of another
/// shape or not finite, or the directions are no unit vectors at right angles, to 1e-3.
std::optional<VoxelGeometry::Orientation> read_orientation(const Hdf5File& file);

}  // namespace dircn::detail
