#pragma once

#include <filesystem>
#include <string>
#include <utility>

#include "dircn/config/config.h"
#include "dircn/config/names.h"
#include "dircn/formats/hdf5.h"
#include "dircn/mri/mask_pattern.h"
#include "inspect/report.h"

namespace dircn {

template <>
struct EnumNames<MaskPattern::Kind> {
  static constexpr std::pair<MaskPattern::Kind, const char*> kTable[] = {
      {MaskPattern::Kind::full, "full"},
      {MaskPattern::Kind::equispaced, "equispaced"},
      {MaskPattern::Kind::irregular, "irregular"},
      {MaskPattern::Kind::two_dimensional, "2-D"}};
};

namespace detail {

/// The data set [S, h, w] of images that the file has and that matters most: targets, else what was
/// reconstructed, else others; "" for none.
std::string main_images(const Hdf5File& file);

/// What an HDF5 file holds: every data set and attribute, and of k-space and images their values.
/// Throws `Error` if it is no HDF5 file.
Report hdf5_report(const std::filesystem::path& path, const DataConfig& config, Problems& problems);

}  // namespace detail
}  // namespace dircn
