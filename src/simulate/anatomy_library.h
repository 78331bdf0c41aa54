#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "simulate/magnitude_volume.h"
#include "simulate/planes.h"
#include "simulate/random_stream.h"

namespace dircn::simulation {

/// What is scanned: any number of heads, and pictures of none.
class AnatomyLibrary {
 public:
  /// Each entry is a NIfTI file of a head in any contrast, a folder of such files, "phantom" (a
  /// made-up head) or "textures" (see `dead_leaves`). Throws `Error` if one cannot be read, if a
  /// folder holds none, for an empty name, and for no entry at all.
  explicit AnatomyLibrary(const std::vector<std::string>& entries);

  /// Planes of one of them. Each entry is as likely as the others; the files of a folder share its
  /// part. One that is named twice is twice as likely.
  Planes planes(RandomStream& random, int64_t count) const;

  int64_t volumes() const { return static_cast<int64_t>(volumes_.size()); }

 private:
  /// The volumes [first, first + count); none: textures.
  struct Entry {
    int64_t first;
    int64_t count;
  };

  std::vector<MagnitudeVolume> volumes_;
  std::vector<Entry> entries_;
};

}  // namespace dircn::simulation
