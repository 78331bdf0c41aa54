#include "dircn/inspect/preview.h"

#include <algorithm>
#include <string>
#include <system_error>

#include "dircn/core/error.h"
#include "dircn/data/label_volume.h"
#include "dircn/data/prepared_slice.h"
#include "dircn/data/volume.h"
#include "dircn/pictures/grey_picture.h"
#include "dircn/reconstruct/slice_outputs.h"
#include "inspect/file_kind.h"
#include "inspect/hdf5_report.h"

namespace dircn {
namespace {

int64_t chosen_slice(const std::filesystem::path& path, std::optional<int64_t> wanted,
                     int64_t slices) {
  const int64_t slice = wanted.value_or(slices / 2);
  require(slice >= 0 && slice < slices, [&] {
    return Error::Parts{path.string(), "no slice " + std::to_string(slice),
                        "0 to " + std::to_string(slices - 1), ""};
  });
  return slice;
}

void require_hdf5(const std::filesystem::path& path) {
  std::error_code error;
  const bool hdf5 = std::filesystem::is_regular_file(path, error) &&
                    detail::file_kind(path) == detail::FileKind::hdf5;
  require(hdf5, [&] {
    return Error::Parts{path.string(), "no HDF5 file", "one", "--png draws HDF5 files."};
  });
}

torch::Tensor windowed(const torch::Tensor& image) {
  return grey_picture(image, white_value(image));
}

torch::Tensor kspace_preview(const std::filesystem::path& path, std::optional<int64_t> slice,
                             const DataConfig& config) {
  const KspaceVolume volume(path, config);
  const auto& mask = volume.mask();
  const auto kspace = volume.read_slice(chosen_slice(path, slice, volume.slices()));
  const auto image = combined_image(kspace * mask);
  return side_by_side({windowed(image), mask_picture(mask, image.size(0))});
}

torch::Tensor image_preview(const Hdf5File& file, const std::string& name,
                            std::optional<int64_t> slice) {
  const Hdf5Dataset header = file.dataset(name);
  const auto& shape = header.shape;
  const bool usable = shape.size() == 3 && std::all_of(shape.begin(), shape.end(),
                                                       [](int64_t size) { return size > 0; });
  require(usable, [&] {
    return Error::Parts{file.path().string() + ": '" + name + "'", "shape " + shape_text(shape),
                        "[slices, height, width]", ""};
  });
  return windowed(read_finite_slice(file, name, chosen_slice(file.path(), slice, shape.front())));
}

}  // namespace

torch::Tensor preview_picture(const std::filesystem::path& path, std::optional<int64_t> slice,
                              const DataConfig& config) {
  require_hdf5(path);
  const Hdf5File file(path);
  if (file.has_dataset(kKspaceName)) {
    return kspace_preview(path, slice, config);
  }
  const std::string images = detail::main_images(file);
  require(!images.empty(), [&] {
    return Error::Parts{path.string(), "neither k-space nor images",
                        std::string("a data set '") + kKspaceName + "', '" +
                            data_layouts().front().target + "', '" + kReconstruction +
                            "' or the like",
                        ""};
  });
  return image_preview(file, images, slice);
}

}  // namespace dircn
