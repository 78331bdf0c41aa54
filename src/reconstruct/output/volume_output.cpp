#include "dircn/reconstruct/volume_output.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <system_error>

#include "dircn/core/error.h"
#include "dircn/formats/hdf5.h"
#include "dircn/reconstruct/reconstruction_writer.h"
#include "reconstruct/output/nifti_output.h"
#include "reconstruct/output/png_output.h"

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

/// What cannot be read is somebody's, and not to be replaced either.
bool holds(const fs::path& path, const std::string& name) {
  try {
    return Hdf5File(path).has_dataset(name);
  } catch (const Error&) {
    return true;
  }
}

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

bool is_written(OutputFormat format, const fs::path& base, const Extras& wanted) {
  const fs::path path = output_path(base, format);
  std::error_code unreadable;
  if (!fs::exists(path, unreadable) ||
      (format == OutputFormat::png && !detail::is_picture_folder(path))) {
    return false;
  }
  return std::all_of(wanted.begin(), wanted.end(), [&](Extra extra) {
    switch (format) {
      case OutputFormat::nifti:
        return fs::exists(detail::nifti_path(path, to_string(extra)), unreadable);
      case OutputFormat::png:
        return fs::exists(path / (to_string(extra) + "_000.png"), unreadable);
      case OutputFormat::h5:
        break;
    }
    return holds(path, to_string(extra));
  });
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
