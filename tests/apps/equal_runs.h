#pragma once

#include <filesystem>
#include <set>
#include <string>

namespace dircn::testing {

/// The names in a folder with this ending; none if there is no such folder.
std::set<std::string> names_in(const std::filesystem::path& folder, const std::string& ending);

/// Expects that two runs' folders have the same checkpoints, to the bit, and the same lines of
/// metrics, but for times and for what follows from the folder's own path.
void expect_equal_runs(const std::filesystem::path& found, const std::filesystem::path& expected);

}  // namespace dircn::testing
