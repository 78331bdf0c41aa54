#pragma once

#include <torch/types.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "dircn/data/volume.h"
#include "dircn/reconstruct/slice_outputs.h"
#include "dircn/reconstruct/volume_output.h"
#include "reconstruct/volume_pipeline.h"

namespace dircn::detail {

/// One volume between its file and its outputs. Destroyed before `finish()` it leaves nothing
/// behind.
class OpenVolume {
 public:
  /// Throws `Error` if the one cannot be read or the other not be written.
  OpenVolume(const VolumeTask& task, const PipelineOptions& options);

  int64_t slices() const { return kspace_.slices(); }
  const torch::Tensor& mask() const { return kspace_.mask(); }
  /// Of the images that are written.
  ImageSize size() const { return size_; }
  /// What the log is to say of the volume.
  const std::optional<std::string>& note() const { return note_; }

  /// Complex64 [C, H, W], as stored.
  torch::Tensor read_slice(int64_t index) const { return kspace_.read_slice(index); }

  /// Takes what was computed of a slice, each once, in any order; after the last of them it is time
  /// to finish.
  void write_slice(int64_t index, const SliceOutputs& outputs);
  bool is_complete() const { return written_ == slices(); }
  void finish();

 private:
  KspaceVolume kspace_;
  ImageSize size_;
  std::optional<std::string> note_;
  std::vector<std::unique_ptr<VolumeOutput>> files_;
  int64_t written_ = 0;
};

}  // namespace dircn::detail
