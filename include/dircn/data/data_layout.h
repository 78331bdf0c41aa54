#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "dircn/config/data_config.h"

namespace dircn {

class Hdf5File;

// What all layouts call alike.
inline constexpr const char* kKspaceName = "kspace";  // complex [S, C, H, W]; see KspaceVolume
inline constexpr const char* kMaskName = "mask";      // [W] or [H, W]; see read_mask
inline constexpr const char* kScanHeaderName = "ismrmrd_header";  // XML
inline constexpr const char* kMaximumName = "max";                // attribute: of the targets
inline constexpr const char* kAnnotationsName = "annotations";    // attribute, see `read_boxes`

/// How the files of a volume lie, and what they call what they hold. Each layout is one file in
/// src/data/layout and one row of `data_layouts`.
struct DataLayout {
  Layout name = Layout::automatic;
  const char* origin = "";       // whose files they are, for messages
  const char* volume_kind = "";  // what a file of k-space is called

  /// Data sets that tell its files from those of other layouts. Where images lie is a sign, too,
  /// see `image_folder`.
  std::vector<const char*> signs;
  /// Data sets of real images [S, h, w]: the targets; the zero-filled ones, null: never there; and
  /// all that a file of targets may hold beside them.
  const char* target = "";
  const char* single_coil_target = nullptr;  // in files of one coil; null: no such files
  const char* zero_filled = nullptr;
  std::vector<const char*> beside_target;

  /// The folders side by side that hold a volume's k-space and its images, under one file name;
  /// null: one file holds both. A file of k-space and mask with its images there has the layout's
  /// sign, whatever data sets it holds.
  const char* kspace_folder = nullptr;
  const char* image_folder = nullptr;
  /// Where in a set the k-space of a volume belongs. `split`: train, val or leaderboard; `number`:
  /// from 1, among those of this split and acceleration.
  std::filesystem::path (*place)(const std::string& split, int64_t acceleration,
                                 int64_t number) = nullptr;

  bool has_masks = true;         // with all k-space; else one is drawn where there is none
  bool has_maximum = true;       // with all targets; else they are read for it
  bool has_scan_header = false;  // which says what was acquired; and who was scanned, and how

  const char* score_preset = "";               // whose rules its volumes are scored by
  std::optional<double> foreground_threshold;  // none but pixels above it count
};

/// All layouts; the first is that of files without any sign.
const std::vector<DataLayout>& data_layouts();

/// The layout of this name; of `automatic` the first.
const DataLayout& data_layout(Layout name);

/// What a file of the layout calls its targets, or would.
const char* target_name(const DataLayout& layout, const Hdf5File& file);

/// The layout `wanted`; where that is `automatic`, the first that the file has a sign of: one of
/// `signs`, or images beside it (image/NAME.h5 of kspace/NAME.h5).
const DataLayout& data_layout(const Hdf5File& file, Layout wanted);

}  // namespace dircn
