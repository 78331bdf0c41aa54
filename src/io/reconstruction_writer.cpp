#include "dircn/io/reconstruction_writer.h"

#include <H5Cpp.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <string>

#include "dircn/core/error.h"
#include "dircn/io/hdf5.h"
#include "hdf5_guard.h"

namespace dircn {
namespace fs = std::filesystem;
namespace {

using detail::hdf5_guard;

constexpr const char* kWritable = "a file that can be written";

/// An HDF5 file that lives in memory only.
std::unique_ptr<H5::H5File> memory_file(const fs::path& name) {
  constexpr size_t kGrowBytes = size_t{1} << 20;
  H5::FileAccPropList access;
  access.setCore(kGrowBytes, /*backing_store=*/false);
  return std::make_unique<H5::H5File>(name.string(), H5F_ACC_TRUNC, H5::FileCreatPropList::DEFAULT,
                                      access);
}

std::vector<char> image_of(const H5::H5File& file) {
  file.flush(H5F_SCOPE_GLOBAL);
  const ssize_t size = H5Fget_file_image(file.getId(), nullptr, 0);
  std::vector<char> image(static_cast<size_t>(std::max<ssize_t>(size, 0)));
  if (size <= 0 || H5Fget_file_image(file.getId(), image.data(), image.size()) != size) {
    throw H5::FileIException("H5Fget_file_image", "no image of the file in memory");
  }
  return image;
}

void write_bytes(const fs::path& temporary, const std::vector<char>& bytes, const fs::path& name) {
  std::FILE* stream = std::fopen(temporary.c_str(), "wb");
  bool whole =
      stream != nullptr && std::fwrite(bytes.data(), 1, bytes.size(), stream) == bytes.size();
  int reason = errno;
  if (stream != nullptr && std::fclose(stream) != 0 && whole) {
    whole = false;
    reason = errno;
  }
  require(whole, [&] {
    return Error::Parts{name.string(), std::strerror(reason), kWritable,
                        "Free some space on that disk, or choose another output folder."};
  });
}

}  // namespace

ReconstructionWriter::ReconstructionWriter(fs::path path, int64_t slices, int64_t height,
                                           int64_t width)
    : path_(std::move(path)), height_(height), width_(width), file_(path_) {
  require(slices > 0 && height > 0 && width > 0, [&] {
    return Error::Parts{path_.string(), "shape " + shape_text({slices, height, width}),
                        "positive sizes", ""};
  });
  written_.resize(static_cast<size_t>(slices), false);
  const std::array<hsize_t, 3> shape = {static_cast<hsize_t>(slices), static_cast<hsize_t>(height),
                                        static_cast<hsize_t>(width)};
  hdf5_guard({path_.string(), "a refusal of HDF5", kWritable, ""}, [&] {
    hdf5_ = memory_file(path_);
    dataset_ = std::make_unique<H5::DataSet>(
        hdf5_->createDataSet("reconstruction", H5::PredType::IEEE_F32LE,
                             H5::DataSpace(static_cast<int>(shape.size()), shape.data())));
  });
}

ReconstructionWriter::~ReconstructionWriter() = default;

void ReconstructionWriter::write_slice(int64_t index, const torch::Tensor& image) {
  const std::string subject = path_.string() + ": slice " + std::to_string(index);
  require(index >= 0 && index < static_cast<int64_t>(written_.size()), [&] {
    return Error::Parts{subject, std::to_string(written_.size()) + " slices",
                        "a slice within the volume", ""};
  });
  require(!image.is_complex() && image.sizes() == torch::IntArrayRef({height_, width_}), [&] {
    return Error::Parts{
        subject,
        (image.is_complex() ? "complex, shape " : "shape ") + shape_text(image.sizes().vec()),
        "a real image " + shape_text({height_, width_}), ""};
  });
  const torch::Tensor values = image.detach().to(torch::kCPU, torch::kFloat).contiguous();
  hdf5_guard({subject, "a refusal of HDF5", kWritable, ""}, [&] {
    const std::array<hsize_t, 3> start = {static_cast<hsize_t>(index), 0, 0};
    const std::array<hsize_t, 3> count = {1, static_cast<hsize_t>(height_),
                                          static_cast<hsize_t>(width_)};
    const H5::DataSpace memory_space(static_cast<int>(count.size()), count.data());
    H5::DataSpace file_space = dataset_->getSpace();
    file_space.selectHyperslab(H5S_SELECT_SET, count.data(), start.data());
    dataset_->write(values.data_ptr(), H5::PredType::NATIVE_FLOAT, memory_space, file_space);
  });
  written_[static_cast<size_t>(index)] = true;
}

void ReconstructionWriter::finish() {
  const auto missing = std::find(written_.begin(), written_.end(), false);
  require(missing == written_.end(), [&] {
    return Error::Parts{path_.string(), "no slice " + std::to_string(missing - written_.begin()),
                        "every slice written", ""};
  });
  const std::vector<char> bytes = hdf5_guard({path_.string(), "a refusal of HDF5", kWritable, ""},
                                             [&] { return image_of(*hdf5_); });
  write_bytes(file_.temporary(), bytes, path_);
  file_.commit();
}

}  // namespace dircn
