#include "dircn/io/reconstruction_writer.h"

#include <utility>
#include <variant>

namespace dircn {
namespace {

constexpr const char* kReconstruction = "reconstruction";
constexpr const char* kHeader = "ismrmrd_header";

}  // namespace

ReconstructionWriter::ReconstructionWriter(std::filesystem::path path, int64_t slices,
                                           int64_t height, int64_t width)
    : file_(std::move(path)) {
  file_.create_real(kReconstruction, {slices, height, width});
}

void ReconstructionWriter::write_slice(int64_t index, const torch::Tensor& image) {
  file_.write_slice(kReconstruction, index, image);
}

void ReconstructionWriter::write_mask(const torch::Tensor& mask) {
  file_.write_real("mask", mask);
}

void ReconstructionWriter::copy_description(const Hdf5File& source) {
  const bool has_header = source.has_dataset(kHeader) && source.dataset(kHeader).type == "text";
  if (has_header) {
    file_.write_text(kHeader, source.read_text(kHeader));
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
