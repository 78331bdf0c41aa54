#pragma once

#include <string>
#include <vector>

namespace dircn::config {

/// The key that may have been meant by `name`, which a section with the keys `valid` does not have;
/// empty where none is plausible. `known`: the whole configuration's keys, dotted.
///
/// A key that exists elsewhere was misplaced, one that PyTorch's, fastMRI's or DIRECT's
/// configurations have was brought along, and any other was misspelt.
std::string meant_key(const std::string& name, const std::vector<std::string>& valid,
                      const std::vector<std::string>& known);

}  // namespace dircn::config
