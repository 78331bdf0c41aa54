#pragma once

#include <torch/types.h>

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "dircn/config/config.h"
#include "dircn/data/data_layout.h"
#include "dircn/formats/hdf5.h"
#include "dircn/formats/voxel_geometry.h"
#include "dircn/mri/image_grid.h"

namespace dircn {

/// Of a volume, whatever its header claims: lists of slices are kept.
inline constexpr int64_t kMostSlices = 65536;

/// A volume of multi-coil k-space in an HDF5 file, `kspace` [S, C, H, W] with its sampling `mask`
/// [W] or [H, W] (see `read_mask`). Opening reads the headers and the mask; slices
/// are read one by one, none is kept. The k-space comes as it is stored: it may or may not be
/// masked already.
///
/// fastMRI's files of one coil hold [S, H, W], and their targets in `reconstruction_esc`.
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
  /// What its own targets are called, or would be.
  const char* target() const { return target_name(*layout_, file_); }
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

  /// The size of the volume's images, where something says it: its own target, or the image file
  /// beside it; else its header.
  const std::optional<ImageSize>& image_size() const { return image_size_; }

  /// The way to its images (`config.fov_crop`; never a crop of the readout with a 2-D mask, which
  /// would not fit). Where a header says which field of view they show, on how many pixels, they
  /// show that. Without one the readout is cropped by the challenge's rule to min(H, W) rows, but
  /// not to fewer than the image has. `size`: of the image; none: `image_size()`, or where nothing
  /// says one all that the method gets.
  ImageGrid grid(const std::optional<ImageSize>& size = std::nullopt) const;

  /// Where the voxels of such images lie. Spacing: that of the header's images, its `reconSpace`;
  /// not known where that says nothing sensible. Orientation: the data sets `read_dir`,
  /// `phase_dir`, `slice_dir` and `position` [3] as in the headers of ISMRMRD's acquisitions; not
  /// known where one of them is missing.
  std::optional<VoxelGeometry> voxels(const ImageGrid& grid) const;

  /// Where header and k-space contradict each other in what may not matter.
  const std::vector<std::string>& contradictions() const { return contradictions_; }
  /// What the log is to say of the volume before it is reconstructed: that, and whether its mask
  /// forbids the crop of the readout that is wanted.
  std::optional<std::string> note() const;

  /// Slice `index`: complex64 [C, H, W]. Throws `Error` for a slice with NaN or Inf (file, slice,
  /// where and how many), or with values in columns that were not acquired by the header.
  torch::Tensor read_slice(int64_t index) const;

 private:
  void read_shape();
  void read_or_draw_mask(const DataConfig& config);
  void obey_scan_header();
  void find_image_size();
  void set_image_size(ImageSize size, const std::string& source);
  void require_nothing_lost(const torch::Tensor& kspace, int64_t index) const;

  Hdf5File file_;
  const DataLayout* layout_;
  bool single_coil_ = false;  // stored as [S, H, W]
  int64_t slices_ = 0;
  int64_t coils_ = 0;
  int64_t height_ = 0;
  int64_t width_ = 0;
  torch::Tensor mask_;
  torch::Tensor acquired_;
  bool mask_is_drawn_ = false;
  int64_t acceleration_ = 1;
  FovCrop fov_crop_;
  std::optional<ImageSize> image_size_;
  /// Of the header's images: their size, and their pixels' pitch and distance in mm.
  std::optional<ImageSize> header_size_;
  std::array<double, 2> pitch_ = {1, 1};
  std::optional<std::array<double, 3>> spacing_;
  std::optional<std::array<double, 3>> stored_spacing_;
  std::optional<VoxelGeometry::Orientation> orientation_;
  std::vector<std::string> contradictions_;
};

}  // namespace dircn
