#include "dircn/formats/hdf5_writer.h"

#include <H5Cpp.h>

#include <algorithm>
#include <string>
#include <utility>

#include "dircn/core/error.h"
#include "dircn/formats/hdf5.h"
#include "formats/hdf5/hdf5_dataset.h"
#include "formats/hdf5/hdf5_guard.h"

namespace dircn {
namespace fs = std::filesystem;
namespace {

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

/// No times of change, and its place in the file settled at once: bytes depend on content alone.
H5::DSetCreatPropList reproducible() {
  H5::DSetCreatPropList layout;
  layout.setAllocTime(H5D_ALLOC_TIME_EARLY);
  H5Pset_obj_track_times(layout.getId(), /*track_times=*/false);
  return layout;
}

/// Of a real number, or of a complex one of two such parts.
H5::DataType number_type(bool complex, const H5::PredType& part) {
  if (!complex) {
    return part;
  }
  H5::CompType type(2 * part.getSize());
  type.insertMember("r", 0, part);
  type.insertMember("i", part.getSize(), part);
  return type;  // NOLINT(cppcoreguidelines-slicing): a handle; its id is all that counts
}

/// Text as h5py writes it: of variable length, UTF-8.
H5::StrType text_type() {
  H5::StrType type(H5::PredType::C_S1, H5T_VARIABLE);
  type.setCset(H5T_CSET_UTF8);
  return type;
}

std::string kind_text(bool complex, const std::vector<int64_t>& shape) {
  return (complex ? "complex k-space " : "a real image ") + shape_text(shape);
}

}  // namespace

template <typename Action>
auto Hdf5Writer::guarded(Action&& action) const {
  return detail::hdf5_guard({path_.string(), "a refusal of HDF5", "a file that can be written"},
                            std::forward<Action>(action));
}

Hdf5Writer::Hdf5Writer(fs::path path)
    : path_(std::move(path)), file_(path_), hdf5_(guarded([&] { return memory_file(path_); })) {}

Hdf5Writer::~Hdf5Writer() = default;

void Hdf5Writer::create_real(const std::string& name, const std::vector<int64_t>& shape) {
  create(name, shape, /*complex=*/false);
}

void Hdf5Writer::create_complex(const std::string& name, const std::vector<int64_t>& shape) {
  create(name, shape, /*complex=*/true);
}

void Hdf5Writer::create(const std::string& name, const std::vector<int64_t>& shape, bool complex) {
  const bool positive =
      std::all_of(shape.begin(), shape.end(), [](int64_t size) { return size > 0; });
  require(positive && !shape.empty(), [&] {
    return Error::Parts{path_.string() + ": '" + name + "'", "shape " + shape_text(shape),
                        "positive sizes"};
  });
  guarded([&] {
    const H5::DataType type = number_type(complex, H5::PredType::IEEE_F32LE);
    hdf5_->createDataSet(name, type, detail::space_of(shape), reproducible());
  });
  sliced_[name] = {complex, shape, std::vector<bool>(static_cast<size_t>(shape.front()), false)};
}

void Hdf5Writer::require_slice(const std::string& name, int64_t index,
                               const torch::Tensor& slice) const {
  const std::string subject = path_.string() + ": slice " + std::to_string(index);
  const auto found = sliced_.find(name);
  require(found != sliced_.end(), [&] {
    return Error::Parts{subject, "no data set '" + name + "'", "one that was created before"};
  });
  const Slices& set = found->second;
  require(index >= 0 && index < set.shape.front(), [&] {
    return Error::Parts{subject, std::to_string(set.shape.front()) + " slices in '" + name + "'",
                        "a slice within the volume"};
  });
  const std::vector<int64_t> expected(set.shape.begin() + 1, set.shape.end());
  require(slice.is_complex() == set.complex && slice.sizes() == expected, [&] {
    const char* kind = slice.is_complex() == set.complex ? "shape "
                       : set.complex                     ? "real, shape "
                                                         : "complex, shape ";
    return Error::Parts{subject, kind + shape_text(slice.sizes().vec()),
                        kind_text(set.complex, expected) + " for '" + name + "'"};
  });
}

void Hdf5Writer::write_slice(const std::string& name, int64_t index, const torch::Tensor& slice) {
  require_slice(name, index, slice);
  Slices& set = sliced_.at(name);
  const torch::Tensor values =
      slice.detach()
          .to(torch::kCPU, set.complex ? torch::kComplexFloat : torch::kFloat)
          .contiguous();
  guarded([&] {
    const H5::DataSet dataset = hdf5_->openDataSet(name);
    dataset.write(values.data_ptr(), number_type(set.complex, H5::PredType::NATIVE_FLOAT),
                  detail::space_of(values.sizes().vec()),
                  detail::select(dataset, &index, path_.string()));
  });
  set.written[static_cast<size_t>(index)] = true;
}

void Hdf5Writer::write_real(const std::string& name, const torch::Tensor& values) {
  const torch::Tensor copy = values.detach().to(torch::kCPU, torch::kFloat).contiguous();
  guarded([&] {
    hdf5_
        ->createDataSet(name, H5::PredType::IEEE_F32LE, detail::space_of(copy.sizes().vec()),
                        reproducible())
        .write(copy.data_ptr(), H5::PredType::NATIVE_FLOAT);
  });
}

void Hdf5Writer::write_text(const std::string& name, const std::string& text) {
  guarded([&] {
    hdf5_->createDataSet(name, text_type(), H5::DataSpace(), reproducible())
        .write(text, text_type());
  });
}

void Hdf5Writer::set_attribute(const std::string& name, double value) {
  guarded([&] {
    hdf5_->openGroup("/")
        .createAttribute(name, H5::PredType::IEEE_F64LE, H5::DataSpace())
        .write(H5::PredType::NATIVE_DOUBLE, &value);
  });
}

void Hdf5Writer::set_attribute(const std::string& name, const std::string& text) {
  guarded([&] {
    const H5::Group root = hdf5_->openGroup("/");
    if (root.attrExists(name)) {
      root.removeAttr(name);
    }
    root.createAttribute(name, text_type(), H5::DataSpace()).write(text_type(), text);
  });
}

std::optional<std::string> Hdf5Writer::copy_attribute(const Hdf5File& source,
                                                      const std::string& name) {
  return source.copy_attribute(name, *hdf5_);
}

void Hdf5Writer::finish() {
  for (const auto& [name, set] : sliced_) {
    const auto missing = std::find(set.written.begin(), set.written.end(), false);
    require(missing == set.written.end(), [&, &name = name, &set = set] {
      return Error::Parts{
          path_.string(),
          "no slice " + std::to_string(missing - set.written.begin()) + " in '" + name + "'",
          "every slice written"};
    });
  }
  const std::vector<char> bytes = guarded([&] { return image_of(*hdf5_); });
  file_.commit({bytes.data(), bytes.size()});
}

}  // namespace dircn
