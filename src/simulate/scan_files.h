#pragma once

#include "dircn/data/data_layout.h"
#include "simulate/slice_bands.h"
#include "simulate/varied_scan.h"
#include "simulate/volume_files.h"

namespace dircn::simulation {

/// Writes a scan as `write_volume` writes a volume; its images are as large as its k-space. The
/// masks of layouts that draw them for themselves are left out, but for a leaderboard.
bool write_scan(VariedScan& scan, Split split, const DataLayout& layout, const VolumeFiles& files,
                const OnSlice& on_slice);

}  // namespace dircn::simulation
