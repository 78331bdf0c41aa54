#pragma once

#include <torch/types.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "dircn/io/hdf5.h"

namespace dircn {

/// Image `index` of a real data set [S, h, w], as float32. Throws `Error`, naming file and slice,
/// for NaN or Inf.
torch::Tensor read_finite_slice(const Hdf5File& file, const std::string& name, int64_t index);

/// The images that belong to a volume of k-space: an HDF5 file with `image_label` [S, h, w] (any
/// real type) and the attribute `max`, the volume's maximum. Opening reads the headers; images are
/// read one by one.
class LabelVolume {
 public:
  /// Throws `Error`, naming the file, if it cannot be read, if the label is missing or not as
  /// above, if it is smaller than the 7 pixels that SSIM needs, or if `max` is missing, not finite
  /// or not positive.
  explicit LabelVolume(const std::filesystem::path& path);

  const Hdf5File& file() const { return file_; }
  /// [S, h, w].
  const std::vector<int64_t>& shape() const { return shape_; }
  int64_t slices() const { return shape_.front(); }
  double maximum() const { return maximum_; }

  /// Image `index`: float32 [h, w]. Throws `Error` for one with NaN or Inf.
  torch::Tensor read_slice(int64_t index) const;

 private:
  void read_shape();
  void read_maximum();

  Hdf5File file_;
  std::vector<int64_t> shape_;
  double maximum_ = 0;
};

}  // namespace dircn
