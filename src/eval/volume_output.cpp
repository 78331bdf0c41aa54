#include "dircn/eval/volume_output.h"

#include <filesystem>
#include <map>
#include <memory>
#include <string>

#include "dircn/core/error.h"
#include "dircn/io/reconstruction_writer.h"
#include "nifti_output.h"
#include "png_output.h"

namespace dircn {
namespace fs = std::filesystem;
namespace {

class Hdf5Output : public VolumeOutput {
 public:
  Hdf5Output(const fs::path& path, const KspaceVolume& kspace, ImageSize size,
             const std::map<std::string, std::string>& provenance)
      : writer_(path, kspace.slices(), size.height, size.width) {
    writer_.copy_description(kspace.file());
    if (kspace.mask_is_drawn()) {
      writer_.write_mask(kspace.mask());
    }
    for (const auto& [name, text] : provenance) {
      writer_.set_attribute(name, text);
    }
  }

  void write_slice(int64_t index, const SliceOutputs& outputs) override {
    for (const auto& [name, values] : outputs) {
      if (name == kReconstruction) {
        writer_.write_slice(index, values);
      } else {
        writer_.write_extra(name, index, values);
      }
    }
  }

  void finish() override { writer_.finish(); }

 private:
  ReconstructionWriter writer_;
};

}  // namespace

fs::path output_path(const fs::path& base, OutputFormat format) {
  fs::path path = base;
  switch (format) {
    case OutputFormat::h5:
      break;
    case OutputFormat::nifti:
      path.replace_extension(".nii.gz");
      break;
    case OutputFormat::png:
      path.replace_extension();
      break;
  }
  return path;
}

std::unique_ptr<VolumeOutput> open_output(OutputFormat format, const fs::path& base,
                                          const KspaceVolume& kspace, ImageSize size,
                                          const std::map<std::string, std::string>& provenance) {
  const fs::path path = output_path(base, format);
  switch (format) {
    case OutputFormat::nifti:
      return std::make_unique<detail::NiftiOutput>(path, kspace);
    case OutputFormat::png:
      return std::make_unique<detail::PngOutput>(path, kspace.slices());
    case OutputFormat::h5:
      break;
  }
  return std::make_unique<Hdf5Output>(path, kspace, size, provenance);
}

}  // namespace dircn
