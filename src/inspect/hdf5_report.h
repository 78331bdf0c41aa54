#pragma once

#include <filesystem>
#include <string>

#include "dircn/config/config.h"
#include "dircn/formats/hdf5.h"
#include "dircn/mri/mask_pattern.h"
#include "inspect/report.h"

namespace dircn::detail {

/// The data set [S, h, w] of images that the file has and that matters most: targets, else what was
/// reconstructed, else others; "" for none.
std::string main_images(const Hdf5File& file);

/// "equispaced", "2-D", ...
std::string to_string(MaskPattern::Kind kind);

/// What an HDF5 file holds: every data set and attribute, and of k-space and images their values.
/// Throws `Error` if it is no HDF5 file.
Report hdf5_report(const std::filesystem::path& path, const DataConfig& config, Problems& problems);

}  // namespace dircn::detail
