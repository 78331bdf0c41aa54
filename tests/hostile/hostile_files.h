#pragma once

#include <gtest/gtest.h>

#include <cstddef>
#include <filesystem>
#include <functional>

#include "support/paths.h"

namespace dircn::testing {

/// Gives every file of `malformed_files()` to one part of dircn, within the time and the memory
/// that a file may cost.
class HostileFiles : public ::testing::Test {
 protected:
  /// `use` gets a fresh folder and, in it, the malformed file at `place` (its name must be bad.h5);
  /// it says whether the file could be used. It may throw `Error` if that names the file or its
  /// folder; whatever else is thrown fails the test, and so does it if no good file can be used.
  /// The process ends if a file takes longer than 10 seconds. Slow parts get one of `every` so many
  /// files.
  void for_each(const std::filesystem::path& place,
                const std::function<bool(const std::filesystem::path& folder,
                                         const std::filesystem::path& bad)>& use,
                size_t every = 1);

 private:
  TemporaryFolder root_;
};

}  // namespace dircn::testing
