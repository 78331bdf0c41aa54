#include "dircn/io/reconstruction_writer.h"

#include <utility>

namespace dircn {
namespace {

constexpr const char* kReconstruction = "reconstruction";

}  // namespace

ReconstructionWriter::ReconstructionWriter(std::filesystem::path path, int64_t slices,
                                           int64_t height, int64_t width)
    : file_(std::move(path)) {
  file_.create_real(kReconstruction, {slices, height, width});
}

void ReconstructionWriter::write_slice(int64_t index, const torch::Tensor& image) {
  file_.write_slice(kReconstruction, index, image);
}

void ReconstructionWriter::finish() {
  file_.finish();
}

}  // namespace dircn
