#pragma once

#include <torch/types.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "dircn/config/config.h"
#include "dircn/data/data_layout.h"
#include "dircn/formats/hdf5.h"
#include "dircn/formats/voxel_geometry.h"

namespace dircn {

/// Of a volume, whatever its header claims: lists of slices are kept.
inline constexpr int64_t kMostSlices = 65536;

/// Rows and columns of an image.
struct ImageSize {
  int64_t height = 0;
  int64_t width = 0;
};

/// The data set `mask` of a file: bool, [width] or [height, width], true at least once. Any number
/// type, values 0 and 1; throws `Error`, naming the file, for anything else.
torch::Tensor read_mask(const Hdf5File& file, int64_t height, int64_t width);

/// A volume of multi-coil k-space in an HDF5 file, `kspace` [S, C, H, W] with its sampling `mask`
/// [W] or [H, W] (any number type, values 0 and 1). Opening reads the headers and the mask; slices
/// are read one by one, none is kept. The k-space comes as it is stored: it may or may not be
/// masked already.
///
/// fastMRI's files may lack the mask (training and validation): then one is drawn, see `draw_mask`.
/// Where their `ismrmrd_header` says that columns were not acquired, those are not sampled.
///
///     KspaceVolume volume(path, config.data);
///     for (int64_t i = 0; i < volume.slices(); ++i) {
///       torch::Tensor masked = volume.read_slice(i) * volume.mask();
///     }
class KspaceVolume {
 public:
  /// Throws `Error`, naming the file, if it cannot be read, or k-space, mask and header are not as
  /// above, or its directions no unit vectors at right angles (to 1e-3); a file without mask must
  /// be fastMRI's, by its content or by `config.layout`.
  explicit KspaceVolume(const std::filesystem::path& path, const DataConfig& config = {});

  const Hdf5File& file() const { return file_; }
  const std::filesystem::path& path() const { return file_.path(); }
  const DataLayout& layout() const { return *layout_; }
  int64_t slices() const { return slices_; }
  int64_t coils() const { return coils_; }
  int64_t height() const { return height_; }
  int64_t width() const { return width_; }

  /// Bool, [W] (columns) or [H, W]; true where a sample was taken; true at least once.
  const torch::Tensor& mask() const { return mask_; }
  /// Bool [W]: the columns that the scan header says were acquired; all where it says nothing.
  const torch::Tensor& acquired() const { return acquired_; }
  /// Whether the file has no mask, so that it was drawn.
  bool mask_is_drawn() const { return mask_is_drawn_; }
  /// The nominal acceleration: what was drawn, or what the file's mask looks like (`MaskPattern`).
  int64_t acceleration() const { return acceleration_; }

  /// The size of the volume's images, where its header or its own target names one.
  const std::optional<ImageSize>& image_size() const { return image_size_; }

  /// Where the voxels of the volume's images lie. Spacing: `reconSpace` of the `ismrmrd_header`,
  /// its field of view over its matrix, x along rows; none of this is known where that says nothing
  /// sensible. Orientation: the data sets `read_dir`, `phase_dir`, `slice_dir` and `position` [3]
  /// as in the headers of ISMRMRD's acquisitions; not known where one of them is missing.
  const std::optional<VoxelGeometry>& voxels() const { return voxels_; }

  /// Slice `index`: complex64 [C, H, W]. Throws `Error` for a slice with NaN or Inf (file, slice,
  /// where and how many).
  torch::Tensor read_slice(int64_t index) const;

 private:
  void read_shape();
  void obey_scan_header();
  void set_image_size(ImageSize size, const std::string& source);

  Hdf5File file_;
  const DataLayout* layout_;
  int64_t slices_ = 0;
  int64_t coils_ = 0;
  int64_t height_ = 0;
  int64_t width_ = 0;
  torch::Tensor mask_;
  torch::Tensor acquired_;
  bool mask_is_drawn_ = false;
  int64_t acceleration_ = 1;
  std::optional<ImageSize> image_size_;
  std::optional<VoxelGeometry> voxels_;
};

}  // namespace dircn
