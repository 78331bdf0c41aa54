#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "data/scan_header.h"

namespace dircn::detail {

/// The sizes of a volume's k-space, [slices, coils, height, width].
struct KspaceShape {
  int64_t slices = 0;
  int64_t coils = 0;
  int64_t height = 0;
  int64_t width = 0;
};

/// What a header means for k-space as it is stored.
struct ScanGeometry {
  /// Stored samples from one pixel of the header's images to the next, along rows and columns. The
  /// distance of two samples of k-space fixes the field of view that it shows, however many there
  /// are; the header says what of that the images show, on how many pixels.
  double row_pitch = 1;
  double column_pitch = 1;
  /// mm between neighbouring voxels along slices, rows and columns: of the header's images, and
  /// between stored samples.
  std::optional<std::array<double, 3>> image_spacing;
  std::optional<std::array<double, 3>> stored_spacing;
  int64_t first_column = 0;  // acquired columns: [first, end); the others are padding
  int64_t end_column = 0;
  std::vector<std::string> contradictions;  // that may not matter, for the log
};

/// "320 x 168".
std::string size_text(const ImageSize& size);

/// Throws `Error`, naming `subject`, where header and k-space cannot belong together: axes in
/// another order, or lines beyond the columns.
ScanGeometry scan_geometry(const ScanHeader& header, const KspaceShape& kspace,
                           const std::string& subject);

}  // namespace dircn::detail
