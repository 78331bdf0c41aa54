#pragma once

#include <torch/types.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "dircn/data/prepared_slice.h"
#include "dircn/data/volume.h"
#include "dircn/reconstruct/reconstruct.h"
#include "dircn/reconstruct/volume_output.h"
#include "dircn/reconstruct/volume_pipeline.h"

namespace dircn::detail {

/// A volume to be reconstructed: where its k-space is and where its images go.
struct VolumeTask {
  std::filesystem::path kspace;
  std::filesystem::path output;  // of HDF5; for others see `OutputFormat::path`
};

/// One volume between its file and its outputs.
class OpenVolume : public PipelinedVolume {
 public:
  /// Makes a slice, as it was read, ready for the network.
  using Prepare = std::function<torch::Tensor(const MeasuredSlice& slice)>;

  /// Throws `Error` if the one cannot be read or the other not be written.
  OpenVolume(const VolumeTask& task, const ReconstructionOptions& options, Prepare prepare,
             const Calibrations& calibrations);

  int64_t slices() const override { return kspace_.slices(); }
  const std::optional<std::string>& note() const override { return note_; }
  SliceInput read(int64_t index) override;
  void write(int64_t index, const SliceOutputs& outputs) override;
  void finish() override;

 private:
  KspaceVolume kspace_;
  Prepare prepare_;
  ImageGrid grid_;
  std::optional<std::string> note_;
  std::vector<std::unique_ptr<VolumeOutput>> files_;
};

}  // namespace dircn::detail
