#include "dircn/formats/hdf5.h"

#include <H5Cpp.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <map>
#include <string_view>
#include <system_error>
#include <utility>

#include "dircn/core/error.h"
#include "formats/hdf5/hdf5_dataset.h"
#include "formats/hdf5/hdf5_driver.h"
#include "formats/hdf5/hdf5_filters.h"
#include "formats/hdf5/hdf5_guard.h"

namespace dircn {
namespace fs = std::filesystem;
namespace {

using detail::hdf5_guard;
using detail::kCopyAgain;

std::string kind_text(Hdf5Dataset::Kind kind) {
  return kind == Hdf5Dataset::Kind::kComplex ? "complex numbers: a compound (r, i) of float32"
                                             : "real numbers (integers, floats or booleans)";
}

/// What the file holds at its top, for a message that something is missing.
std::string contents(const H5::H5File& file) {
  constexpr hsize_t kShown = 10;
  const hsize_t count = file.getNumObjs();
  std::string names;
  for (hsize_t i = 0; i < std::min(count, kShown); ++i) {
    names += (i == 0 ? "" : ", ") + file.getObjnameByIdx(i);
  }
  return count == 0 ? "an HDF5 file with nothing in it"
                    : "only: " + names + (count > kShown ? ", ..." : "");
}

bool has_ismrmrd(const H5::H5File& file) {
  return file.nameExists("dataset") && file.childObjType("dataset") == H5O_TYPE_GROUP &&
         file.nameExists("dataset/xml") && file.nameExists("dataset/data");
}

/// What an HDF5 file is that has another layout than dircn's, and what to do with it; nothing if it
/// is no known one.
std::pair<std::string, std::string> foreign_layout(const fs::path& path, const H5::H5File& file) {
  constexpr std::string_view kMatlab = "MATLAB 7.3 MAT-file";
  std::string start(kMatlab.size(), '\0');
  std::ifstream(path, std::ios::binary)
      .read(start.data(), static_cast<std::streamsize>(start.size()));
  if (start == kMatlab) {
    return {"MATLAB's v7.3 with ",
            "Save it under this name; MATLAB's last dimension is the first one here."};
  }
  return has_ismrmrd(file)
             ? std::pair<std::string, std::string>{"ISMRMRD's readouts in place of k-space, ",
                                                   "docs/data.md, \"Files of other kinds\", has "
                                                   "the lines of Python that sort them into "
                                                   "kspace [slices, coils, height, width]."}
             : std::pair<std::string, std::string>{};
}

void require_readable(const fs::path& path) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  require(fs::is_regular_file(status), [&] {
    const std::string found = status.type() == fs::file_type::not_found ? "no such file"
                              : error                                   ? error.message()
                                      : "something that is no regular file";
    return Error::Parts{path.string(), found, "an HDF5 file", "Check the path."};
  });
  require(::access(path.c_str(), R_OK) == 0, [&] {
    const int reason = errno;
    const bool denied = reason == EACCES;
    return Error::Parts{
        path.string(), denied ? "no permission to read it" : std::strerror(reason),
        "a readable HDF5 file",
        denied ? "Let its owner allow it: chmod +r " + path.filename().string() : ""};
  });
}

}  // namespace

std::string shape_text(const std::vector<int64_t>& shape) {
  std::string text = "[";
  for (size_t i = 0; i < shape.size(); ++i) {
    text += (i == 0 ? "" : ", ") + std::to_string(shape[i]);
  }
  return text + "]";
}

struct Hdf5File::OpenDatasets {
  std::map<std::string, H5::DataSet> by_name;
};

Hdf5File::Hdf5File(fs::path path)
    : path_(std::move(path)), opened_(std::make_unique<OpenDatasets>()) {
  require_readable(path_);
  const H5::FileAccPropList access =
      hdf5_guard({path_.string(), "a file that cannot be opened", "an HDF5 file"},
                 [&] { return detail::checked_access(path_); });
  try {  // with `access` outside: closing it would clear HDF5's reason
    file_ = std::make_unique<H5::H5File>(path_.string(), H5F_ACC_RDONLY,
                                         H5::FileCreatPropList::DEFAULT, access);
  } catch (const H5::Exception& exception) {
    throw Error(detail::open_failure(path_, detail::hdf5_reason(exception)));
  }
}

Hdf5File::~Hdf5File() = default;
Hdf5File::Hdf5File(Hdf5File&&) noexcept = default;
Hdf5File& Hdf5File::operator=(Hdf5File&&) noexcept = default;

std::string Hdf5File::subject(const std::string& name) const {
  return path_.string() + ": '" + name + "'";
}

std::vector<std::string> Hdf5File::dataset_names() const {
  return hdf5_guard({path_.string(), "a damaged table of contents", "an HDF5 file", kCopyAgain},
                    [&] { return detail::dataset_names(*file_); });
}

bool Hdf5File::has_dataset(const std::string& name) const {
  return hdf5_guard({subject(name), "a link that cannot be followed", "a data set"}, [&] {
    return file_->nameExists(name) && file_->childObjType(name) == H5O_TYPE_DATASET;
  });
}

bool Hdf5File::is_ismrmrd() const {
  return hdf5_guard({path_.string(), "a damaged table of contents", "an HDF5 file", kCopyAgain},
                    [&] { return has_ismrmrd(*file_); });
}

const H5::DataSet& Hdf5File::open(const std::string& name) const {
  const auto known = opened_->by_name.find(name);
  if (known != opened_->by_name.end()) {
    return known->second;
  }
  require(has_dataset(name), [&] {
    return hdf5_guard({path_.string(), "a damaged table of contents", "an HDF5 file", kCopyAgain},
                      [&] {
                        const auto [layout, advice] = foreign_layout(path_, *file_);
                        return Error::Parts{path_.string(), layout + contents(*file_),
                                            "a data set '" + name + "'", advice};
                      });
  });
  hdf5_guard({subject(name), "a damaged header", "a data set", kCopyAgain},
             [&] { opened_->by_name.emplace(name, detail::open_with_cache(*file_, name)); });
  return opened_->by_name.at(name);
}

Hdf5Dataset Hdf5File::dataset(const std::string& name) const {
  const H5::DataSet& opened = open(name);
  return hdf5_guard({subject(name), "a damaged header", "a data set", kCopyAgain},
                    [&] { return detail::describe(opened); });
}

torch::Tensor Hdf5File::read_real(const std::string& name) const {
  return read(name, Hdf5Dataset::Kind::kReal, nullptr);
}

torch::Tensor Hdf5File::read_real_slice(const std::string& name, int64_t index) const {
  return read(name, Hdf5Dataset::Kind::kReal, &index);
}

torch::Tensor Hdf5File::read_complex_slice(const std::string& name, int64_t index) const {
  return read(name, Hdf5Dataset::Kind::kComplex, &index);
}

std::string Hdf5File::read_text(const std::string& name) const {
  const H5::DataSet& opened = open(name);
  return hdf5_guard({subject(name), "data that cannot be read", "one text", kCopyAgain}, [&] {
    const bool text = opened.getTypeClass() == H5T_STRING;
    require(text && opened.getSpace().getSimpleExtentNpoints() == 1, [&] {
      return Error::Parts{subject(name), text ? "several texts" : detail::describe(opened).type,
                          "one text"};
    });
    detail::require_whole(opened, subject(name));
    const H5::StrType type = opened.getStrType();
    return detail::read_text(type, subject(name), [&](void* value) { opened.read(value, type); });
  });
}

torch::Tensor Hdf5File::read(const std::string& name, Hdf5Dataset::Kind kind,
                             const int64_t* index) const {
  const std::string where =
      subject(name) + (index != nullptr ? " slice " + std::to_string(*index) : "");
  const H5::DataSet& opened = open(name);
  return hdf5_guard({where, "a damaged header", "a data set", kCopyAgain}, [&] {
    const Hdf5Dataset header = detail::describe(opened);
    require(header.kind == kind, [&] { return Error::Parts{where, header.type, kind_text(kind)}; });
    detail::require_whole(opened, where);
    const H5::DataSpace file_space = detail::select(opened, index, where);
    const bool complex = kind == Hdf5Dataset::Kind::kComplex;
    const std::vector<int64_t> shape(header.shape.begin() + (index != nullptr ? 1 : 0),
                                     header.shape.end());
    detail::require_fits(shape, complex ? 8 : 4, where);
    torch::Tensor result = torch::empty(shape, complex ? torch::kComplexFloat : torch::kFloat);
    const H5::DataSpace memory_space = detail::space_of(shape);
    // NOLINTNEXTLINE(cppcoreguidelines-slicing): a handle; its id is all that counts
    const H5::DataType type = complex ? H5::DataType(detail::complex64_like(opened.getCompType()))
                                      : H5::DataType(H5::PredType::NATIVE_FLOAT);
    hdf5_guard({where, "data that cannot be read", "undamaged data", kCopyAgain}, [&] {
      try {
        opened.read(result.data_ptr(), type, memory_space, file_space);
      } catch (const H5::Exception&) {
        detail::require_filters(opened, where);
        throw;
      }
    });
    return result;
  });
}

}  // namespace dircn
