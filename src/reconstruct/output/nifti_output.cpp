#include "reconstruct/output/nifti_output.h"

#include <torch/types.h>

#include <filesystem>
#include <string>
#include <utility>

#include "dircn/core/atomic_file.h"
#include "dircn/formats/nifti_writer.h"

namespace dircn::detail {
namespace {

namespace fs = std::filesystem;

constexpr const char* kDescription = "dircn";
constexpr const char* kNiftiEnding = ".nii.gz";

/// [S, h, w], or of maps [S, C, h, w] one volume for each coil.
torch::Tensor as_image(const torch::Tensor& volume) {
  return volume.dim() == 4 ? volume.transpose(0, 1) : volume;
}

}  // namespace

fs::path nifti_path(const fs::path& path, const std::string& output) {
  const std::string name = path.filename().string();
  std::string other = name.substr(0, name.size() - std::string(kNiftiEnding).size());
  other.append("_").append(output).append(kNiftiEnding);
  return path.parent_path() / other;
}

NiftiOutput::NiftiOutput(fs::path path, const KspaceVolume& kspace)
    : path_(std::move(path)),
      geometry_(kspace.voxels().value_or(VoxelGeometry())),
      stack_(kspace.slices()) {
  const AtomicFile can_be_written(path_);
}

void NiftiOutput::write_slice(int64_t index, const SliceOutputs& outputs) {
  SliceOutputs real;
  for (const auto& [name, values] : outputs) {
    real[name] = values.is_complex() ? values.abs() : values;
  }
  stack_.add(index, real);
}

// The reconstruction comes last: where it is, the others are.
void NiftiOutput::finish() {
  const auto& volumes = stack_.volumes();
  for (const auto& [name, volume] : volumes) {
    if (name != kReconstruction) {
      write_nifti(nifti_path(path_, name), as_image(volume), geometry_, kDescription);
    }
  }
  write_nifti(path_, volumes.at(kReconstruction), geometry_, kDescription);
}

}  // namespace dircn::detail
