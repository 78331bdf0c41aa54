#pragma once

#include <cstdint>
#include <filesystem>

#include "dircn/data/data_layout.h"
#include "dircn/data/volume_tree.h"

namespace dircn {

// A volume may lie in two files, such as the challenge's kspace/NAME and image/NAME. Each of these
// throws `Error`, naming the file, where one lacks the other or does not belong to it.

/// The file that holds the labels of a volume, which must be there: its image file, or where the
/// layout has none its file of k-space.
std::filesystem::path label_file(const VolumeEntry& entry, const DataLayout& layout);

/// A file in a folder `kspace` that has a folder `image` beside it has its image there.
void require_image(const VolumeEntry& entry);

/// A file in a folder `image` that has a folder `kspace` beside it has its k-space there.
void require_kspace(const std::filesystem::path& image);

/// Both have the same number of slices.
void require_as_many_slices(const std::filesystem::path& image, int64_t image_slices,
                            const std::filesystem::path& kspace, int64_t kspace_slices);

}  // namespace dircn
