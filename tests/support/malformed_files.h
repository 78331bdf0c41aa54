#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace dircn::testing {

/// A damaged or hostile file, whatever its reader expects: k-space or images of either layout, or
/// no HDF5 at all. Some are harmless: readers may succeed, or fail by an `Error`.
struct MalformedFile {
  std::string name;
  std::function<void(const std::filesystem::path&)> make;  // writes it
};

/// k-space [2, 2, 24, 20] with a column mask; the same in fastMRI's layout with targets [2, 20,
/// 20]; images [2, 20, 20] with annotations.
void write_good_kspace(const std::filesystem::path& path);
void write_good_fastmri(const std::filesystem::path& path);
void write_good_images(const std::filesystem::path& path);

/// Each of the three cut short, with flipped bytes, or moved; what is no regular file.
std::vector<MalformedFile> damaged_files();

/// Wrong types, ranks, sizes and storage of data sets; links that lead nowhere or in circles.
std::vector<MalformedFile> malformed_datasets();

/// Wrong masks and values, attributes, annotations, and headers of the scanner.
std::vector<MalformedFile> malformed_contents();

/// All of them, in this order.
std::vector<MalformedFile> malformed_files();

}  // namespace dircn::testing
