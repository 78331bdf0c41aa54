#pragma once

#include <filesystem>
#include <functional>

#include "simulate/simulated_volume.h"

namespace dircn::simulation {

/// Called after each slice; whether to go on.
using OnSlice = std::function<bool()>;

/// The challenge's pair of files: `kspace` and `mask`; `image_label`, `image_input`, and the
/// attributes `max` and `annotations`. The k-space is masked for a leaderboard. The image file
/// comes first. Returns false, having written nothing, if `on_slice` said so.
bool write_snu_volume(const SimulatedVolume& volume, const std::filesystem::path& kspace,
                      const std::filesystem::path& image, const OnSlice& on_slice);

/// fastMRI's file: `kspace`, `ismrmrd_header`, the attributes `max`, `norm`, `patient_id` and
/// `acquisition`; with `reconstruction_rss`, or for a test set with `mask` and masked k-space.
bool write_fastmri_volume(const SimulatedVolume& volume, const std::filesystem::path& path,
                          const OnSlice& on_slice);

}  // namespace dircn::simulation
