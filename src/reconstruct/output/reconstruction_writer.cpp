#include "dircn/reconstruct/reconstruction_writer.h"

#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "dircn/data/data_layout.h"
#include "dircn/reconstruct/slice_outputs.h"

namespace dircn {

ReconstructionWriter::ReconstructionWriter(std::filesystem::path path, int64_t slices,
                                           int64_t height, int64_t width)
    : file_(std::move(path)), slices_(slices) {
  file_.create_real(kReconstruction, {slices, height, width});
}

void ReconstructionWriter::write_slice(int64_t index, const torch::Tensor& image) {
  file_.write_slice(kReconstruction, index, image);
}

void ReconstructionWriter::write_extra(const std::string& name, int64_t index,
                                       const torch::Tensor& values) {
  if (extras_.insert(name).second) {
    std::vector<int64_t> shape = values.sizes().vec();
    shape.insert(shape.begin(), slices_);
    if (values.is_complex()) {
      file_.create_complex(name, shape);
    } else {
      file_.create_real(name, shape);
    }
  }
  file_.write_slice(name, index, values);
}

void ReconstructionWriter::set_attribute(const std::string& name, const std::string& text) {
  file_.set_attribute(name, text);
}

void ReconstructionWriter::write_mask(const torch::Tensor& mask) {
  file_.write_real(kMaskName, mask);
}

void ReconstructionWriter::copy_description(const Hdf5File& source) {
  const bool has_header =
      source.has_dataset(kScanHeaderName) && source.dataset(kScanHeaderName).type == "text";
  if (has_header) {
    file_.write_text(kScanHeaderName, source.read_text(kScanHeaderName));
  }
  for (const auto& name : source.attribute_names()) {
    if (const auto value = source.attribute(name)) {
      std::visit([&](const auto& known) { file_.set_attribute(name, known); }, *value);
    }
  }
}

void ReconstructionWriter::finish() {
  file_.finish();
}

}  // namespace dircn
