#pragma once

#include <filesystem>
#include <optional>
#include <vector>

namespace dircn {

// Layouts may keep k-space and images in folders side by side; what is said here of `kspace` and
// `image` is true of the names that any layout gives those (`DataLayout::kspace_folder`).

/// Whether a file is called like a volume: NAME.h5, NAME.hdf5 or NAME.he5, in capitals or not, and
/// not hidden.
bool is_volume_name(const std::filesystem::path& path);

/// One volume of a data set on disk.
struct VolumeEntry {
  std::filesystem::path kspace;  // the file that holds the k-space
  std::optional<std::filesystem::path>
      image;  // `image/NAME` beside its folder `kspace`, where there is one
  /// Its name below an output folder: the path below the input without the component `kspace`, and
  /// with the ending .h5, e.g. acc4/NAME.h5 of acc4/kspace/NAME.HDF5.
  std::filesystem::path relative;
};

/// Where the image file of a k-space file is or belongs, `../image/NAME` of a file in a folder
/// `kspace`, perhaps with another ending, and the other way round; none for a file in no such
/// folder.
std::optional<std::filesystem::path> image_place(const std::filesystem::path& kspace);
std::optional<std::filesystem::path> kspace_place(const std::filesystem::path& image);

/// The volumes in `input`: one file; a folder of such files (`is_volume_name`); a folder with
/// `kspace/` (and perhaps `image/`); or any tree of these, such as
/// ROOT/leaderboard/{acc4,acc8}/{kspace,image}. Sorted by `relative`. No file is opened.
///
/// Links to folders are followed, each folder once, so that cycles end. Folders named `image` hold
/// no k-space; hidden files and folders are passed over. Throws `Error` if `input` is missing,
/// cannot be listed or has no .h5 file, and if two volumes would get the same output name.
std::vector<VolumeEntry> find_volumes(const std::filesystem::path& input);
/// The same, but none for a folder without any.
std::vector<VolumeEntry> find_volumes_if_any(const std::filesystem::path& input);

/// A file of images on disk: targets, or what was reconstructed.
struct ImageEntry {
  std::filesystem::path file;
  std::filesystem::path relative;  // the path below the root without `image`, ending in .h5
};

/// The image files in `input`: found as above, with the parts of `image` and `kspace` exchanged.
/// What was reconstructed from a tree so gets the name of its target there: acc4/NAME.h5. The
/// folder `except`, where it lies inside `input`, is passed over.
std::vector<ImageEntry> find_images(const std::filesystem::path& input,
                                    const std::filesystem::path& except);
/// The same, but none for a folder without any.
std::vector<ImageEntry> find_images_if_any(const std::filesystem::path& input,
                                           const std::filesystem::path& except);

}  // namespace dircn
