#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "dircn/config/config.h"
#include "dircn/data/slice_source.h"
#include "dircn/data/volume_split.h"
#include "dircn/data/volume_tree.h"

namespace dircn {

/// The slices of a data set, volume after volume. Making one reads headers and masks only, so that
/// hundreds of volumes open in seconds; k-space is read slice by slice and never kept.
///
/// Nothing stays open between reads. Any thread may read, one at a time: HDF5 serves one anyway.
class SliceSet : public SliceSource {
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

  int64_t size() const override { return static_cast<int64_t>(slices_.size()); }
  int64_t volumes() const { return static_cast<int64_t>(volumes_.size()); }

  /// Reads one slice. Throws `Error`, naming file and slice, if it cannot be read, or has NaN or
  /// Inf in k-space or label.
  RawSlice read(int64_t index) const;
  /// The same in every epoch.
  RawSlice read(int64_t index, int64_t /*epoch*/) const override { return read(index); }

  /// "brain1.h5 slice 3": the volume's relative path and the slice's number.
  std::string name(int64_t index) const override;
  std::string summary() const override;
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
