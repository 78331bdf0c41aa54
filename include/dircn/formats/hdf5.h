#pragma once

#include <torch/types.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace H5 {  // NOLINT(readability-identifier-naming): HDF5's own
class DataSet;
class H5File;
}  // namespace H5

namespace dircn {

/// What the header of an HDF5 data set says; nothing of its content has been read.
struct Hdf5Dataset {
  enum class Kind {
    kReal,     // integers, floats or booleans
    kComplex,  // compound (r, i) or (real, imag) of floats
    kOther
  };
  Kind kind = Kind::kOther;
  std::string type;            // in words, for messages
  std::vector<int64_t> shape;  // empty for a scalar
};

/// The value of an attribute.
using Hdf5Attribute = std::variant<double, std::string>;

/// "[2, 8, 640, 320]", for messages.
std::string shape_text(const std::vector<int64_t>& shape);

/// An HDF5 file, open for reading.
///
/// All functions throw `Error`, naming file and data set, for whatever HDF5 refuses: a missing,
/// truncated or foreign file, a missing data set, another type or rank than asked for. Memory is
/// bounded by what the file holds, not by what its headers claim: a data set that was never written
/// to the end is refused, and so is a single read of more than 4 GiB. To be used by one thread at a
/// time.
class Hdf5File {
 public:
  explicit Hdf5File(std::filesystem::path path);
  ~Hdf5File();
  Hdf5File(const Hdf5File&) = delete;
  Hdf5File& operator=(const Hdf5File&) = delete;
  Hdf5File(Hdf5File&&) noexcept;
  Hdf5File& operator=(Hdf5File&&) noexcept;

  const std::filesystem::path& path() const { return path_; }

  /// The data sets of the file with their paths ("kspace", "group/a"), sorted; each once, however
  /// many links lead to it, and the first 1000 at most.
  std::vector<std::string> dataset_names() const;
  bool has_dataset(const std::string& name) const;
  Hdf5Dataset dataset(const std::string& name) const;
  /// Whether it holds a scan as ISMRMRD stores it: the group `dataset` with the header `xml` and
  /// the readouts `data`, one by one, which are no array of k-space yet.
  bool is_ismrmrd() const;

  /// The whole of a real data set, as float32 whatever number type the file has.
  torch::Tensor read_real(const std::string& name) const;
  /// `name[index]` of a real data set [S, ...], as float32.
  torch::Tensor read_real_slice(const std::string& name, int64_t index) const;
  /// `name[index]` of a complex data set [S, ...], as complex64.
  torch::Tensor read_complex_slice(const std::string& name, int64_t index) const;

  /// A data set of one text.
  std::string read_text(const std::string& name) const;

  /// Attributes of the file itself (its root group): one number, or one text.
  std::vector<std::string> attribute_names() const;
  bool has_attribute(const std::string& name) const;
  /// None for an attribute that is neither.
  std::optional<Hdf5Attribute> attribute(const std::string& name) const;
  double read_number_attribute(const std::string& name) const;
  std::string read_text_attribute(const std::string& name) const;
  /// See `Hdf5Writer::copy_attribute`.
  std::optional<std::string> copy_attribute(const std::string& name, const H5::H5File& to) const;

 private:
  struct OpenDatasets;

  const H5::DataSet& open(const std::string& name) const;
  torch::Tensor read(const std::string& name, Hdf5Dataset::Kind kind, const int64_t* index) const;
  std::string subject(const std::string& name) const;

  std::filesystem::path path_;
  std::unique_ptr<H5::H5File> file_;
  std::unique_ptr<OpenDatasets> opened_;  // with their caches
};

}  // namespace dircn
