#pragma once

#include <cstdint>
#include <filesystem>

#include "dircn/eval/volume_output.h"
#include "volume_stack.h"

namespace dircn::detail {

/// A volume as a folder of pictures, see `OutputFormat`.
class PngOutput : public VolumeOutput {
 public:
  /// Throws `Error` if `folder` cannot be made.
  PngOutput(std::filesystem::path folder, int64_t slices);

  void write_slice(int64_t index, const SliceOutputs& outputs) override;
  void finish() override;

 private:
  std::filesystem::path folder_;
  VolumeStack stack_;
};

}  // namespace dircn::detail
