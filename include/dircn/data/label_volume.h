#pragma once

#include <torch/types.h>

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "dircn/config/config.h"
#include "dircn/data/data_layout.h"
#include "dircn/formats/hdf5.h"
#include "dircn/mri/box.h"

namespace dircn {

/// Image `index` of a real data set [S, h, w], as float32. Throws `Error`, naming file and slice,
/// for NaN or Inf.
torch::Tensor read_finite_slice(const Hdf5File& file, const std::string& name, int64_t index);

/// The targets of a volume: an HDF5 file with `DataLayout::target`, [S, h, w] (any real type).
/// Opening reads the headers; images are read one by one.
class LabelVolume {
 public:
  /// `layout`: see `data_layout`. Throws `Error`, naming the file, if it cannot be read, if it
  /// holds no such images, or images smaller than the window of SSIM (7 × 7), if its `max` is not
  /// positive, or if its annotations cannot be understood.
  explicit LabelVolume(const std::filesystem::path& path, Layout layout = Layout::automatic);

  const Hdf5File& file() const { return file_; }
  const DataLayout& layout() const { return *layout_; }
  /// What its targets are called.
  const char* target() const { return target_name(*layout_, file_); }
  /// [S, h, w].
  const std::vector<int64_t>& shape() const { return shape_; }
  int64_t slices() const { return shape_.front(); }

  /// The volume's largest value: its attribute `max`. Of files that may lack it, all images
  /// are read for it.
  double maximum() const;

  /// Image `index`: float32 [h, w]. Throws `Error` for one with NaN or Inf.
  torch::Tensor read_slice(int64_t index) const;

  /// What is annotated in a slice (attribute `annotations`, JSON: slice -> list of {x, y, width,
  /// height, label}).
  std::vector<Box> boxes(int64_t index) const;

 private:
  void read_shape();
  void read_maximum();
  void read_annotations();

  Hdf5File file_;
  const DataLayout* layout_;
  std::vector<int64_t> shape_;
  std::optional<double> maximum_;
  std::map<int64_t, std::vector<Box>> boxes_;
};

}  // namespace dircn
