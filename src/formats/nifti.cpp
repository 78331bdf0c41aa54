#include "dircn/formats/nifti.h"

#include <nifti1_io.h>

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "dircn/core/error.h"
#include "dircn/formats/hdf5.h"

namespace dircn {
namespace fs = std::filesystem;
namespace {

constexpr int64_t kMaxValues = int64_t{1} << 28;

struct FreeImage {
  void operator()(nifti_image* image) const { nifti_image_free(image); }
};
using Image = std::unique_ptr<nifti_image, FreeImage>;

Image open(const fs::path& path) {
  std::error_code error;
  require(fs::is_regular_file(path, error), [&] {
    const std::string found =
        fs::exists(path, error) ? "something that is no regular file" : "no such file";
    return Error::Parts{path.string(), found, "a NIfTI file", "Check the path."};
  });
  nifti_set_debug_level(0);  // it would print what the errors say
  Image image(is_nifti_file(path.c_str()) > 0 ? nifti_image_read(path.c_str(), /*read_data=*/0)
                                              : nullptr);
  require(image != nullptr, [&] {
    return Error::Parts{path.string(), "a file that is not NIfTI-1, or is damaged",
                        "a NIfTI file (.nii or .nii.gz)"};
  });
  return image;
}

void require_volume(const nifti_image& image, const fs::path& path) {
  const std::vector<int64_t> shape = {image.nx, image.ny, image.nz};
  const bool flat = image.nx < 2 || image.ny < 2 || image.nz < 2;
  require(!flat && image.nt <= 1 && image.nu <= 1 && image.nv <= 1 && image.nw <= 1, [&] {
    const std::vector<int64_t> dims(image.dim + 1, image.dim + 1 + image.ndim);
    return Error::Parts{path.string(), "an image of " + shape_text(dims) + " values",
                        "a three-dimensional one"};
  });
  require(shape[0] * shape[1] * shape[2] <= kMaxValues, [&] {
    return Error::Parts{path.string(), "an image of " + shape_text(shape) + " values",
                        "at most " + std::to_string(kMaxValues) + " in all", "Check its header."};
  });
}

/// The stored numbers, in this machine's byte order. (The library's own loading takes truncated
/// files for whole ones.)
std::vector<char> content_of(nifti_image& image, const fs::path& path) {
  std::vector<char> content(nifti_get_volsize(&image));
  size_t count = 0;
  znzFile file = znzopen(image.iname, "rb", nifti_is_gzfile(image.iname));
  if (!znz_isnull(file)) {
    if (znzseek(file, image.iname_offset, SEEK_SET) >= 0) {
      count = nifti_read_buffer(file, content.data(), content.size(), &image);
    }
    znzclose(file);
  }
  require(count == content.size(), [&] {
    return Error::Parts{path.string(), "fewer values than its header claims", "a whole NIfTI file",
                        "The file is truncated or damaged: copy or create it again."};
  });
  return content;
}

template <typename Number>
torch::Tensor as_float(const nifti_image& image, const std::vector<char>& content) {
  torch::Tensor values = torch::empty({image.nz, image.ny, image.nx});
  float* to = values.data_ptr<float>();
  for (int64_t i = 0; i < values.numel(); ++i) {
    Number number{};
    std::memcpy(&number, &content[static_cast<size_t>(i) * sizeof(Number)], sizeof(Number));
    to[i] = static_cast<float>(number);
  }
  return values;
}

torch::Tensor numbers(nifti_image& image, const fs::path& path) {
  using Convert = torch::Tensor (*)(const nifti_image&, const std::vector<char>&);
  static const std::map<int, Convert> conversions = {
      {DT_UINT8, as_float<uint8_t>},       {DT_INT8, as_float<int8_t>},
      {DT_UINT16, as_float<uint16_t>},     {DT_INT16, as_float<int16_t>},
      {DT_UINT32, as_float<uint32_t>},     {DT_INT32, as_float<int32_t>},
      {DT_UINT64, as_float<uint64_t>},     {DT_INT64, as_float<int64_t>},
      {DT_FLOAT32, as_float<float>},       {DT_FLOAT64, as_float<double>},
      {DT_FLOAT128, as_float<long double>}};
  const std::vector<char> content = content_of(image, path);
  const auto convert = conversions.find(image.datatype);
  require(convert != conversions.end(), [&] {
    return Error::Parts{path.string(),
                        std::string("values of type ") + nifti_datatype_string(image.datatype),
                        "real numbers"};
  });
  return convert->second(image, content);
}

/// Where the axes i, j, k of the file point to: NIFTI_L2R and so on; as stored if it does not say.
std::array<int, 3> orientation(const nifti_image& image) {
  std::array<int, 3> axes = {NIFTI_L2R, NIFTI_P2A, NIFTI_I2S};
  if (image.sform_code > 0 || image.qform_code > 0) {
    std::array<int, 3> said = {};
    nifti_mat44_to_orientation(image.sform_code > 0 ? image.sto_xyz : image.qto_xyz, said.data(),
                               &said[1], &said[2]);
    axes = said[0] * said[1] * said[2] != 0 ? said : axes;
  }
  return axes;
}

}  // namespace

NiftiImage read_nifti(const fs::path& path) {
  const Image image = open(path);
  require_volume(*image, path);
  torch::Tensor values = numbers(*image, path);
  if (std::isfinite(image->scl_slope) && image->scl_slope != 0 && std::isfinite(image->scl_inter)) {
    values.mul_(image->scl_slope).add_(image->scl_inter);
  }
  const std::array<float, 3> sizes = {image->dx, image->dy, image->dz};
  const std::array<int, 3> axes = orientation(*image);
  NiftiImage result;
  std::vector<int64_t> order(3);
  std::vector<int64_t> turned;
  for (size_t axis = 0; axis < axes.size(); ++axis) {
    // L2R, R2L = 1, 2; P2A, A2P = 3, 4; I2S, S2I = 5, 6
    const int code = axes[axis] - 1;
    const size_t place = 2 - static_cast<size_t>(code / 2);
    order[place] = 2 - static_cast<int64_t>(axis);
    result.spacing[place] = std::abs(sizes[axis]) > 0 ? std::abs(sizes[axis]) : 1.0;
    if (code % 2 == 1) {
      turned.push_back(static_cast<int64_t>(place));
    }
  }
  result.values = values.permute(order).flip(turned).contiguous();
  return result;
}

}  // namespace dircn
