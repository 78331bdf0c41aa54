#pragma once

#include <torch/types.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "dircn/data/label_volume.h"
#include "dircn/io/hdf5.h"

namespace dircn {

/// The two files of one volume.
struct PairFiles {
  std::string name;  // relative to either root, see `ImageEntry`: acc4/a.h5
  std::filesystem::path target;
  std::filesystem::path reconstruction;
};

/// What was matched by name, and what is on one side only.
struct Matches {
  std::vector<PairFiles> pairs;
  std::vector<std::string> missing;  // names of targets without a reconstruction
  std::vector<std::string> extra;    // names of reconstructions without a target
};

/// Matches the image files of two folders, sorted by name; no file is opened. One folder may lie in
/// the other. Throws `Error` as `find_images` does.
Matches match_volumes(const std::filesystem::path& target,
                      const std::filesystem::path& reconstruction);

/// The images of one slice, each [h, w] float32.
struct SliceImages {
  torch::Tensor target;
  torch::Tensor reconstruction;
  std::optional<torch::Tensor> zero_filled;
};

/// A reconstructed volume, `reconstruction` [S, h, w], beside its targets (see `LabelVolume`) and,
/// where their file has them, the zero-filled images `image_input` [S, h, w]. Opening reads the
/// headers; images are read one slice at a time.
class VolumePair {
 public:
  /// Throws `Error`, naming the file, if one cannot be read or the shapes differ.
  explicit VolumePair(const PairFiles& files);

  int64_t slices() const { return label_.slices(); }
  /// The volume's `max`.
  double maximum() const { return label_.maximum(); }

  /// Throws `Error`, naming file and slice, for NaN or Inf.
  SliceImages read_slice(int64_t index) const;

 private:
  LabelVolume label_;
  Hdf5File reconstruction_;
  bool has_zero_filled_;
};

}  // namespace dircn
