#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "dircn/formats/voxel_geometry.h"
#include "dircn/reconstruct/volume_output.h"
#include "reconstruct/output/volume_stack.h"

namespace dircn::detail {

/// Where a further output of a volume goes: out/a.nii.gz -> out/a_zero_filled.nii.gz
std::filesystem::path nifti_path(const std::filesystem::path& path, const std::string& output);

/// A volume as NIfTI files, see `OutputFormat`.
class NiftiOutput : public VolumeOutput {
 public:
  /// Throws `Error` if the folder of `path` cannot be written.
  NiftiOutput(std::filesystem::path path, const KspaceVolume& kspace);

  void write_slice(int64_t index, const SliceOutputs& outputs) override;
  void finish() override;

 private:
  std::filesystem::path path_;
  VoxelGeometry geometry_;
  VolumeStack stack_;
};

}  // namespace dircn::detail
