#include "dircn/formats/nifti_writer.h"

#include <nifti1.h>
#include <nifti1_io.h>
#include <znzlib.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <memory>
#include <sstream>
#include <string>

#include "dircn/core/atomic_file.h"
#include "dircn/core/error.h"
#include "dircn/core/text.h"

namespace dircn {
namespace fs = std::filesystem;
namespace {

constexpr int64_t kLongestSide =
    std::numeric_limits<int16_t>::max();           // of a dimension, in the header
constexpr size_t kDescriptionBytes = 79;           // bytes, and a 0
constexpr std::array<char, 4> kNoExtensions = {};  // what stands between header and values

struct FreeNewImage {
  void operator()(nifti_image* image) const { nifti_image_free(image); }
};
using NewImage = std::unique_ptr<nifti_image, FreeNewImage>;

bool ends_in(const std::string& name, const std::string& ending) {
  return name.size() > ending.size() &&
         name.compare(name.size() - ending.size(), ending.size(), ending) == 0;
}

/// Whether to compress; an `Error` for a name by which NIfTI's readers would not know the file.
bool compresses(const fs::path& path) {
  const std::string name = path.filename().string();
  const bool zipped = ends_in(name, ".nii.gz");
  require(zipped || ends_in(name, ".nii"), [&] {
    return Error::Parts{path.string(), "a name of another kind", "one ending in .nii or .nii.gz",
                        "Rename the output."};
  });
  return zipped;
}

void require_writable(const torch::Tensor& values, const fs::path& path) {
  bool fits = (values.dim() == 3 || values.dim() == 4) && !values.is_complex();
  for (int64_t dim = 0; dim < values.dim(); ++dim) {
    fits = fits && values.size(dim) > 0 && values.size(dim) <= kLongestSide;
  }
  require(fits, [&] {
    std::ostringstream found;
    found << "values of shape " << values.sizes() << " and type " << values.scalar_type();
    return Error::Parts{path.string(), found.str(),
                        "real ones, [Z, Y, X] or [T, Z, Y, X], at most " +
                            std::to_string(kLongestSide) + " in each dimension"};
  });
}

void require_geometry(const VoxelGeometry& geometry, const fs::path& path) {
  bool usable = true;
  for (const double step : geometry.spacing) {
    usable = usable && step > 0 && std::isfinite(step);
  }
  if (geometry.orientation) {
    const auto& known = *geometry.orientation;
    for (const auto& vector :
         {known.row_direction, known.column_direction, known.slice_direction, known.position}) {
      usable = usable && std::all_of(vector.begin(), vector.end(),
                                     [](double number) { return std::isfinite(number); });
    }
  }
  require(usable, [&] {
    const auto& [z, y, x] = geometry.spacing;
    return Error::Parts{path.string(),
                        "voxels " + significant(z, 6) + ", " + significant(y, 6) + " and " +
                            significant(x, 6) + " mm apart, or a place that is not finite",
                        "positive spacings and finite directions"};
  });
}

/// From voxel indices i, j, k to mm towards right, front and head.
mat44 affine_of(const VoxelGeometry& geometry, int64_t height, int64_t width) {
  const auto& known = *geometry.orientation;
  const auto corner = first_voxel(geometry, height, width);
  mat44 matrix = {};
  for (size_t row = 0; row < 3; ++row) {
    const double sign = row < 2 ? -1 : 1;  // LPS to RAS
    const auto put = [&](size_t column, double value) {
      matrix.m[row][column] = static_cast<float>(sign * value);
    };
    put(0, known.column_direction[row] * geometry.spacing[2]);
    put(1, known.row_direction[row] * geometry.spacing[1]);
    put(2, known.slice_direction[row] * geometry.spacing[0]);
    put(3, corner[row]);
  }
  matrix.m[3][3] = 1;
  return matrix;
}

void set_place(nifti_image& image, const VoxelGeometry& geometry) {
  image.pixdim[1] = image.dx = static_cast<float>(geometry.spacing[2]);
  image.pixdim[2] = image.dy = static_cast<float>(geometry.spacing[1]);
  image.pixdim[3] = image.dz = static_cast<float>(geometry.spacing[0]);
  image.xyz_units = NIFTI_UNITS_MM;
  image.qform_code = image.sform_code = NIFTI_XFORM_UNKNOWN;
  if (geometry.orientation) {
    image.sto_xyz = affine_of(geometry, image.ny, image.nx);
    nifti_mat44_to_quatern(image.sto_xyz, &image.quatern_b, &image.quatern_c, &image.quatern_d,
                           &image.qoffset_x, &image.qoffset_y, &image.qoffset_z, nullptr, nullptr,
                           nullptr, &image.qfac);
    image.qform_code = image.sform_code = NIFTI_XFORM_SCANNER_ANAT;
  }
}

nifti_1_header header_of(const torch::Tensor& values, const VoxelGeometry& geometry,
                         const std::string& description, const fs::path& path) {
  std::array<int, 8> dims = {};  // how many, then from the fastest
  dims[0] = static_cast<int>(values.dim());
  for (int64_t dim = 0; dim < values.dim(); ++dim) {
    dims[static_cast<size_t>(values.dim() - dim)] = static_cast<int>(values.size(dim));
  }
  const NewImage image(nifti_make_new_nim(dims.data(), DT_FLOAT32, /*data_fill=*/0));
  require(image != nullptr, [&] {
    return Error::Parts{path.string(), "no NIfTI header for these values", "one"};
  });
  image->nifti_type = NIFTI_FTYPE_NIFTI1_1;
  image->iname_offset = sizeof(nifti_1_header) + kNoExtensions.size();
  const std::string text = cut(description, kDescriptionBytes);
  std::memcpy(image->descrip, text.c_str(), text.size() + 1);
  set_place(*image, geometry);
  return nifti_convert_nim2nhdr(image.get());
}

/// niftiio's own writing insists on its endings for a file's name, and takes a full disk for
/// success; so this writes by its compression alone. Returns 0 or the `errno` of what went wrong.
int write_parts(const fs::path& path, const nifti_1_header& header, const torch::Tensor& values,
                bool zipped) {
  errno = 0;
  znzFile file = znzopen(path.c_str(), "wb", zipped ? 1 : 0);
  bool whole = !znz_isnull(file);
  const auto append = [&](const void* bytes, size_t count) {
    whole = whole && znzwrite(bytes, 1, count, file) == count;
  };
  append(&header, sizeof(header));
  append(kNoExtensions.data(), kNoExtensions.size());
  append(values.data_ptr(), values.nbytes());
  int reason = errno;
  if (!znz_isnull(file) && znzclose(file) != 0 && whole) {  // which writes what is left
    whole = false;
    reason = errno;
  }
  const int unknown = EIO;
  return whole ? 0 : (reason != 0 ? reason : unknown);
}

}  // namespace

void write_nifti(const fs::path& path, const torch::Tensor& values, const VoxelGeometry& geometry,
                 const std::string& description) {
  const bool zipped = compresses(path);
  require_writable(values, path);
  require_geometry(geometry, path);
  const torch::Tensor numbers = values.detach().to(torch::kCPU, torch::kFloat).contiguous();
  const nifti_1_header start = header_of(numbers, geometry, description, path);
  AtomicFile file(path);
  const int reason = write_parts(file.temporary(), start, numbers, zipped);
  require(reason == 0, [&] {
    return Error::Parts{path.string(), std::strerror(reason), "a file that can be written",
                        "Free some space on that disk, or choose another folder."};
  });
  file.commit();
}

}  // namespace dircn
