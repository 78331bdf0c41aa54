#pragma once

#include <torch/types.h>

#include <cstdint>
#include <filesystem>

#include "dircn/io/hdf5.h"

namespace dircn {

/// A volume of multi-coil k-space in an HDF5 file, `kspace` [S, C, H, W] with its sampling `mask`
/// [W] or [H, W] (any number type, values 0 and 1). Opening reads the headers and the mask; slices
/// are read one by one, none is kept. The k-space comes as it is stored: it may or may not be
/// masked already.
///
///     KspaceVolume volume(path);
///     for (int64_t i = 0; i < volume.slices(); ++i) {
///       torch::Tensor masked = volume.read_slice(i) * volume.mask();
///     }
class KspaceVolume {
 public:
  /// Throws `Error`, naming the file, if it cannot be read, or k-space and mask are not as above.
  explicit KspaceVolume(const std::filesystem::path& path);

  const std::filesystem::path& path() const { return file_.path(); }
  int64_t slices() const { return slices_; }
  int64_t coils() const { return coils_; }
  int64_t height() const { return height_; }
  int64_t width() const { return width_; }

  /// Bool, [W] (columns) or [H, W]; true where a sample was taken; true at least once.
  const torch::Tensor& mask() const { return mask_; }

  /// Slice `index`: complex64 [C, H, W]. Throws `Error` for a slice with NaN or Inf (file, slice,
  /// where and how many).
  torch::Tensor read_slice(int64_t index) const;

 private:
  void read_shape();
  void read_mask();

  Hdf5File file_;
  int64_t slices_ = 0;
  int64_t coils_ = 0;
  int64_t height_ = 0;
  int64_t width_ = 0;
  torch::Tensor mask_;
};

}  // namespace dircn
