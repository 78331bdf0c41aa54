#include <torch/types.h>

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "dircn/core/error.h"
#include "dircn/core/log.h"
#include "dircn/data/data_layout.h"
#include "dircn/formats/hdf5.h"
#include "dircn/formats/hdf5_writer.h"
#include "reconstruct/output/formats.h"

namespace dircn::detail {
namespace {

namespace fs = std::filesystem;

/// A volume as the challenge expects it: `reconstruction` [S, h, w], float32.
class Hdf5Output : public VolumeOutput {
 public:
  Hdf5Output(const fs::path& path, const KspaceVolume& kspace, ImageSize size,
             const std::map<std::string, std::string>& provenance)
      : file_(path), slices_(kspace.slices()), created_{kReconstruction} {
    file_.create_real(kReconstruction, {slices_, size.height, size.width});
    copy_description(kspace.file());
    if (kspace.mask_is_drawn()) {
      file_.write_real(kMaskName, kspace.mask());
    }
    for (const auto& [name, text] : provenance) {
      file_.set_attribute(name, text);
    }
  }

  void write_slice(int64_t index, const SliceOutputs& outputs) override {
    for (const auto& [name, values] : outputs) {
      if (created_.insert(name).second) {
        create(name, values);
      }
      file_.write_slice(name, index, values);
    }
  }

  void finish() override { file_.finish(); }

 private:
  /// What the scan says of itself.
  void copy_description(const Hdf5File& source) {
    if (source.has_dataset(kScanHeaderName) && source.dataset(kScanHeaderName).type == "text") {
      file_.write_text(kScanHeaderName, source.read_text(kScanHeaderName));
    }
    for (const auto& name : source.attribute_names()) {
      if (const auto holds = file_.copy_attribute(source, name)) {
        log_warning(source.path().string() + ": attribute '" + name + "' holds " + *holds +
                    ", and is left out of the output");
      }
    }
  }

  /// A data set for slices like this one.
  void create(const std::string& name, const torch::Tensor& slice) {
    std::vector<int64_t> shape = slice.sizes().vec();
    shape.insert(shape.begin(), slices_);
    if (slice.is_complex()) {
      file_.create_complex(name, shape);
    } else {
      file_.create_real(name, shape);
    }
  }

  Hdf5Writer file_;
  int64_t slices_;
  std::set<std::string> created_;
};

/// What cannot be read is somebody's, and not to be replaced either.
bool hdf5_holds(const fs::path& path, const std::string& output) {
  try {
    return output == kReconstruction || Hdf5File(path).has_dataset(output);
  } catch (const Error&) {
    return true;
  }
}

}  // namespace

OutputFormat hdf5_format() {
  return {"NAME.h5", [](fs::path base) { return base; }, hdf5_holds,
          [](const auto& path, const auto& kspace, const ImageGrid& grid,
             const auto& provenance) -> std::unique_ptr<VolumeOutput> {
            return std::make_unique<Hdf5Output>(path, kspace, grid.size(), provenance);
          }};
}

}  // namespace dircn::detail
