#pragma once

#include <cstdint>
#include <filesystem>

#include "dircn/reconstruct/volume_output.h"
#include "reconstruct/output/volume_stack.h"

namespace dircn::detail {

/// Whether a folder holds pictures of slices.
bool is_picture_folder(const std::filesystem::path& folder);

/// A volume as a folder of pictures, see `OutputFormat`. A folder that is there is replaced if it
/// holds nothing but such pictures.
class PngOutput : public VolumeOutput {
 public:
  /// Throws `Error` if `folder` cannot be made, or holds anything else.
  PngOutput(std::filesystem::path folder, int64_t slices);
  ~PngOutput() override;
  PngOutput(const PngOutput&) = delete;
  PngOutput& operator=(const PngOutput&) = delete;

  void write_slice(int64_t index, const SliceOutputs& outputs) override;
  void finish() override;

 private:
  std::filesystem::path folder_;
  std::filesystem::path temporary_;
  int64_t slices_;
  VolumeStack stack_;
};

}  // namespace dircn::detail
