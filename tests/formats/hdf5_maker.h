#pragma once

#include <H5Cpp.h>
#include <torch/types.h>

#include <filesystem>
#include <string>
#include <vector>

namespace dircn::testing {

/// Makes HDF5 files, right and wrong ones, by HDF5's own API; what dircn reads was thus not written
/// by dircn.
class Hdf5Maker {
 public:
  explicit Hdf5Maker(const std::filesystem::path& path)
      : file_((std::filesystem::create_directories(path.parent_path()), path.string()),
              H5F_ACC_TRUNC) {}

  H5::H5File& file() { return file_; }

  static std::vector<hsize_t> sizes(const std::vector<int64_t>& shape) {
    return {shape.begin(), shape.end()};
  }

  static H5::DataSpace space(const std::vector<int64_t>& shape) {
    return shape.empty() ? H5::DataSpace()
                         : H5::DataSpace(static_cast<int>(shape.size()), sizes(shape).data());
  }

  static H5::CompType complex_type(const H5::DataType& part = H5::PredType::NATIVE_FLOAT,
                                   const std::string& real = "r",
                                   const std::string& imaginary = "i") {
    H5::CompType type(2 * part.getSize());
    type.insertMember(real, 0, part);
    type.insertMember(imaginary, part.getSize(), part);
    return type;
  }

  /// Writes real `values` as `type` in the file.
  void real(const std::string& name, const torch::Tensor& values,
            const H5::DataType& type = H5::PredType::NATIVE_FLOAT,
            const H5::DSetCreatPropList& layout = H5::DSetCreatPropList::DEFAULT) {
    const torch::Tensor copy = values.to(torch::kFloat).contiguous();
    claim(name, copy.sizes().vec(), type, layout)
        .write(copy.data_ptr(), H5::PredType::NATIVE_FLOAT);
  }

  /// Writes complex `values` as a compound with these names and this type of its parts.
  void complex(const std::string& name, const torch::Tensor& values,
               const H5::DataType& part = H5::PredType::NATIVE_FLOAT, const std::string& real = "r",
               const std::string& imaginary = "i",
               const H5::DSetCreatPropList& layout = H5::DSetCreatPropList::DEFAULT) {
    const torch::Tensor copy = values.to(torch::kComplexFloat).contiguous();
    claim(name, copy.sizes().vec(), complex_type(part, real, imaginary), layout)
        .write(copy.data_ptr(), complex_type(H5::PredType::NATIVE_FLOAT, real, imaginary));
  }

  /// An attribute of the file: a number, or a text.
  void attribute(const std::string& name, double value) {
    file_.createAttribute(name, H5::PredType::NATIVE_DOUBLE, H5::DataSpace())
        .write(H5::PredType::NATIVE_DOUBLE, &value);
  }
  void attribute(const std::string& name, const std::string& text) {
    const H5::StrType type(H5::PredType::C_S1, H5T_VARIABLE);
    file_.createAttribute(name, type, H5::DataSpace()).write(type, text);
  }

  /// A data set that says it has this shape, and into which nothing was written yet.
  H5::DataSet claim(const std::string& name, const std::vector<int64_t>& shape,
                    const H5::DataType& type,
                    const H5::DSetCreatPropList& layout = H5::DSetCreatPropList::DEFAULT) {
    return file_.createDataSet(name, type, space(shape), layout);
  }

  static H5::DSetCreatPropList chunked(const std::vector<int64_t>& chunk, bool deflated) {
    H5::DSetCreatPropList layout;
    layout.setChunk(static_cast<int>(chunk.size()), sizes(chunk).data());
    if (deflated) {
      layout.setDeflate(1);
    }
    return layout;
  }

 private:
  H5::H5File file_;
};

}  // namespace dircn::testing
