#pragma once

#include <torch/types.h>

#include <cstdint>
#include <filesystem>
#include <set>
#include <string>

#include "dircn/formats/hdf5.h"
#include "dircn/formats/hdf5_writer.h"

namespace dircn {

/// Writes a reconstructed volume as the challenge expects it: an HDF5 file with `reconstruction`
/// [S, h, w], float32. The file appears under its name when it is whole; without `finish()` nothing
/// is left behind.
///
///     ReconstructionWriter writer(path, slices, 384, 384);
///     writer.write_slice(i, image);  // every i once, in any order
///     writer.finish();
class ReconstructionWriter {
 public:
  /// Throws `Error` if the folder of `path` cannot be written. An existing file there is replaced
  /// by `finish()`.
  ReconstructionWriter(std::filesystem::path path, int64_t slices, int64_t height, int64_t width);

  /// `image` [h, w]: real, on any device.
  void write_slice(int64_t index, const torch::Tensor& image);

  /// A slice of another data set `name` [S, ...], real or complex; its first slice decides which,
  /// and the shape. Every slice once, as above.
  void write_extra(const std::string& name, int64_t index, const torch::Tensor& values);

  /// A text attribute, beside or in the place of those that were copied.
  void set_attribute(const std::string& name, const std::string& text);

  /// Also keeps the mask by which k-space was undersampled: bool [W] or [H, W].
  void write_mask(const torch::Tensor& mask);

  /// Copies what a file of k-space says of its scan: `ismrmrd_header`, and every attribute that is
  /// a number or a text. Throws `Error` if it cannot be read.
  void copy_description(const Hdf5File& source);

  /// Throws `Error` if a slice is missing or the disk refuses the file.
  void finish();

 private:
  Hdf5Writer file_;
  int64_t slices_;
  std::set<std::string> extras_;
};

}  // namespace dircn
