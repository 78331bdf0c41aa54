#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "dircn/config/config.h"
#include "dircn/config/names.h"
#include "dircn/data/input_check.h"
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

/// Adds what was noticed to the table `remarks` of a report, or where nothing sensible can come of
/// it to the problems.
void add_findings(const std::vector<InputFinding>& findings, Report& report, Problems& problems);

/// Whether the k-space is full, was masked already, or holds nothing.
std::string sampling_text(const VolumeCheck& check);

/// What an HDF5 file holds: every data set and attribute, and of k-space and images their values.
/// Throws `Error` if it is no HDF5 file.
Report hdf5_report(const std::filesystem::path& path, const DataConfig& config, Problems& problems);

}  // namespace detail
}  // namespace dircn
