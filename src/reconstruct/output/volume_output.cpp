#include "dircn/reconstruct/volume_output.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <string>
#include <system_error>

#include "reconstruct/output/formats.h"

namespace dircn {

const std::map<std::string, OutputFormat>& output_formats() {
  static const std::map<std::string, OutputFormat> formats = {{"h5", detail::hdf5_format()},
                                                              {"nifti", detail::nifti_format()},
                                                              {"png", detail::png_format()}};
  return formats;
}

bool is_written(const OutputFormat& format, const std::filesystem::path& base,
                const Extras& wanted) {
  const std::filesystem::path path = format.path(base);
  std::error_code unreadable;
  return std::filesystem::exists(path, unreadable) && format.holds(path, kReconstruction) &&
         std::all_of(wanted.begin(), wanted.end(),
                     [&](Extra extra) { return format.holds(path, to_string(extra)); });
}

}  // namespace dircn
