#pragma once

#include <torch/types.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "dircn/config/config.h"
#include "dircn/data/volume_split.h"
#include "dircn/data/volume_tree.h"
#include "dircn/mri/image_grid.h"

namespace dircn {

/// A slice as it lies in its files.
struct RawSlice {
  torch::Tensor kspace;                // [C, H, W] complex64; may or may not be masked
  torch::Tensor mask;                  // bool [W] or [H, W], see `KspaceVolume::mask`
  ImageGrid grid;                      // see `KspaceVolume::grid`
  std::optional<torch::Tensor> label;  // [h, w] float32: the target, where the set has labels
  double maximum = 0;                  // the volume's `max`, where the set has maxima
  torch::Tensor acquired;              // bool [W]: columns that a mask drawn for it may sample
  std::string volume;                  // file name: what fixed masks are drawn by
  std::string name;                    // "brain1.h5 slice 3"
};

/// The slices of a data set, volume after volume. Making one reads headers and masks only, so that
/// hundreds of volumes open in seconds; k-space is read slice by slice and never kept.
///
/// Nothing stays open between reads. Any thread may read, one at a time: HDF5 serves one anyway.
class SliceSet {
 public:
  enum class Labels {
    kIgnored,  // k-space is all that is needed: training
    kMaxima,   // and every volume's `max`: training with a loss that needs it
    kRequired  // every volume has its targets and their `max`: validation
  };

  /// `folder`: see `find_volumes`; `split` is what messages call it ("training set", say). Throws
  /// `Error`, naming the file, if a volume cannot be used; if an `image/` folder beside `kspace/`
  /// does not hold the same names (hidden files aside); and with `kMaxima` or `kRequired`, if there
  /// is no image file, if it is not as `LabelVolume` wants it, or has another number of slices than
  /// the k-space. `part`: see `volumes_of_part`; the other volumes are not opened.
  SliceSet(const std::filesystem::path& folder, Labels labels, const std::string& split,
           DataConfig config = {}, Part part = Part::all);

  int64_t size() const { return static_cast<int64_t>(slices_.size()); }
  int64_t volumes() const { return static_cast<int64_t>(volumes_.size()); }

  /// Reads one slice. Throws `Error`, naming file and slice, if it cannot be read, or has NaN or
  /// Inf in k-space or label.
  RawSlice read(int64_t index) const;

  /// "brain1.h5 slice 3": the volume's relative path and the slice's number.
  std::string name(int64_t index) const;
  /// The volume of a slice, and its number in there.
  const VolumeEntry& volume_of(int64_t index) const;
  int64_t slice_of(int64_t index) const;

 private:
  struct Slice {
    size_t volume;
    int64_t number;
  };

  void add_slices(size_t volume);
  const Slice& slice(int64_t index) const;

  Labels labels_;
  DataConfig config_;
  std::vector<VolumeEntry> volumes_;
  std::vector<double> maxima_;  // by volume; empty with `kIgnored`
  std::vector<Slice> slices_;
};

}  // namespace dircn
