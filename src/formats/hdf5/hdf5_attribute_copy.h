#pragma once

#include <H5Cpp.h>

#include <optional>
#include <string>

namespace dircn::detail {

/// See `Hdf5Writer::copy_attribute`. HDF5's exceptions pass through.
std::optional<std::string> copy_attribute(const H5::H5File& from, const std::string& name,
                                          const H5::H5File& to);

}  // namespace dircn::detail
