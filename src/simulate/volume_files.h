#pragma once

#include <filesystem>
#include <functional>
#include <optional>

#include "dircn/data/data_layout.h"
#include "simulate/simulated_volume.h"

namespace dircn::simulation {

/// Called after each slice; whether to go on.
using OnSlice = std::function<bool()>;

/// Where a volume's k-space goes, and its images, unless its layout has one file for both.
struct VolumeFiles {
  std::filesystem::path kspace;
  std::optional<std::filesystem::path> image;
};

/// Writes the files as the layout says. A leaderboard's k-space is masked, with its mask beside it
/// and no targets in the same file. The image file comes first. Returns false, having written
/// nothing, if `on_slice` said so.
bool write_volume(const SimulatedVolume& volume, const DataLayout& layout, const VolumeFiles& files,
                  const OnSlice& on_slice);

}  // namespace dircn::simulation
