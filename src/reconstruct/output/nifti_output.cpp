#include <torch/types.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <system_error>
#include <utility>

#include "dircn/core/atomic_file.h"
#include "dircn/formats/nifti_writer.h"
#include "dircn/formats/voxel_geometry.h"
#include "reconstruct/output/formats.h"
#include "reconstruct/output/volume_stack.h"

namespace dircn::detail {
namespace {

namespace fs = std::filesystem;

constexpr const char* kDescription = "dircn";
constexpr const char* kNiftiEnding = ".nii.gz";

/// [S, h, w], or of maps [S, C, h, w] one volume for each coil.
torch::Tensor as_image(const torch::Tensor& volume) {
  return volume.dim() == 4 ? volume.transpose(0, 1) : volume;
}

/// Where an output of a volume goes: out/a.nii.gz -> out/a_zero_filled.nii.gz
fs::path nifti_path(const fs::path& path, const std::string& output) {
  if (output == kReconstruction) {
    return path;
  }
  const std::string name = path.filename().string();
  std::string other = name.substr(0, name.size() - std::string(kNiftiEnding).size());
  other.append("_").append(output).append(kNiftiEnding);
  return path.parent_path() / other;
}

class NiftiOutput : public VolumeOutput {
 public:
  NiftiOutput(fs::path path, const KspaceVolume& kspace, const ImageGrid& grid)
      : path_(std::move(path)),
        geometry_(kspace.voxels(grid).value_or(VoxelGeometry())),
        stack_(kspace.slices()) {
    const AtomicFile can_be_written(path_);
  }

  void write_slice(int64_t index, const SliceOutputs& outputs) override {
    SliceOutputs real;
    for (const auto& [name, values] : outputs) {
      real[name] = values.is_complex() ? values.abs() : values;
    }
    stack_.add(index, real);
  }

  // The reconstruction comes last: where it is, the others are.
  void finish() override {
    const auto& volumes = stack_.volumes();
    for (const auto& [name, volume] : volumes) {
      if (name != kReconstruction) {
        write_nifti(nifti_path(path_, name), as_image(volume), geometry_, kDescription);
      }
    }
    write_nifti(path_, volumes.at(kReconstruction), geometry_, kDescription);
  }

 private:
  fs::path path_;
  VoxelGeometry geometry_;
  VolumeStack stack_;
};

}  // namespace

OutputFormat nifti_format() {
  return {"NAME.nii.gz", [](fs::path base) { return base.replace_extension(kNiftiEnding); },
          [](const auto& path, const auto& output) {
            std::error_code unreadable;
            return fs::exists(nifti_path(path, output), unreadable);
          },
          [](const auto& path, const auto& kspace, const ImageGrid& grid,
             const auto& /*provenance*/) -> std::unique_ptr<VolumeOutput> {
            return std::make_unique<NiftiOutput>(path, kspace, grid);
          }};
}

}  // namespace dircn::detail
