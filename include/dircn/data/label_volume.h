#pragma once

#include <torch/types.h>

#include <cstdint>
#include <filesystem>

#include "dircn/io/hdf5.h"

namespace dircn {

/// The images that belong to a volume of k-space: an HDF5 file with `image_label` [S, h, w] (any
/// real type) and the attribute `max`, the volume's maximum. Opening reads the headers; images are
/// read one by one.
class LabelVolume {
 public:
  /// Throws `Error`, naming the file, if it cannot be read, if the label is missing or not as
  /// above, if it is smaller than the 7 pixels that SSIM needs, or if `max` is missing, not finite
  /// or not positive.
  explicit LabelVolume(const std::filesystem::path& path);

  int64_t slices() const { return slices_; }
  double maximum() const { return maximum_; }

  /// Image `index`: float32 [h, w]. Throws `Error` for one with NaN or Inf.
  torch::Tensor read_slice(int64_t index) const;

 private:
  void read_shape();
  void read_maximum();

  Hdf5File file_;
  int64_t slices_ = 0;
  double maximum_ = 0;
};

}  // namespace dircn
