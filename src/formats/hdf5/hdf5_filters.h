#pragma once

#include <H5Cpp.h>

#include <string>

namespace dircn::detail {

/// Throws `Error` if the data set is packed by a filter that HDF5 does not have: it names the
/// filter, and what brings it. Keeps HDF5's reason for what failed before.
void require_filters(const H5::DataSet& dataset, const std::string& subject);

}  // namespace dircn::detail
