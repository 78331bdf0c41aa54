#pragma once

#include <torch/types.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <vector>

#include "dircn/core/atomic_file.h"

namespace H5 {  // NOLINT(readability-identifier-naming): HDF5's own
class DataSet;
class H5File;
}  // namespace H5

namespace dircn {

/// Writes a reconstructed volume as the challenge expects it: an HDF5 file with `reconstruction`
/// [S, h, w], float32. The file appears under its name when it is whole; without `finish()` nothing
/// is left behind. The volume is collected in memory and goes to the disk in one piece, so that a
/// full disk is our error to report: HDF5 itself cannot close a file that it cannot write.
///
///     ReconstructionWriter writer(path, slices, 384, 384);
///     writer.write_slice(i, image);  // every i once, in any order
///     writer.finish();
class ReconstructionWriter {
 public:
  /// Throws `Error` if the folder of `path` cannot be written. An existing file there is replaced
  /// by `finish()`.
  ReconstructionWriter(std::filesystem::path path, int64_t slices, int64_t height, int64_t width);
  ~ReconstructionWriter();
  ReconstructionWriter(const ReconstructionWriter&) = delete;
  ReconstructionWriter& operator=(const ReconstructionWriter&) = delete;

  /// `image` [h, w]: real, on any device.
  void write_slice(int64_t index, const torch::Tensor& image);

  /// Throws `Error` if a slice is missing or the disk refuses the file.
  void finish();

 private:
  std::filesystem::path path_;
  int64_t height_;
  int64_t width_;
  std::vector<bool> written_;
  AtomicFile file_;
  std::unique_ptr<H5::H5File> hdf5_;
  std::unique_ptr<H5::DataSet> dataset_;
};

}  // namespace dircn
