#pragma once

#include <torch/types.h>

#include <cstdint>
#include <optional>
#include <string>

#include "dircn/mri/image_grid.h"

namespace dircn {

/// A slice as it was measured.
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

/// Where the slices of an epoch come from: files, or a simulation.
class SliceSource {
 public:
  SliceSource() = default;
  SliceSource(const SliceSource&) = default;
  SliceSource& operator=(const SliceSource&) = default;
  SliceSource(SliceSource&&) = default;
  SliceSource& operator=(SliceSource&&) = default;
  virtual ~SliceSource() = default;

  /// Slices of an epoch.
  virtual int64_t size() const = 0;

  /// Slice `index` of epoch `epoch`, the same whenever it is asked for. Any thread may call this,
  /// one at a time. Throws `Error`, naming the slice, if there is none to be had.
  virtual RawSlice read(int64_t index, int64_t epoch) const = 0;

  /// What messages call a slice: "brain1.h5 slice 3".
  virtual std::string name(int64_t index) const = 0;

  /// "96 slices of 12 volumes".
  virtual std::string summary() const = 0;
};

}  // namespace dircn
