#pragma once

#include <torch/types.h>

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "dircn/core/atomic_file.h"
#include "dircn/formats/hdf5.h"

namespace dircn {

/// Writes an HDF5 file that appears under its name when it is whole; without `finish()` nothing is
/// left behind. It is collected in memory and goes to the disk in one piece, so that a full disk is
/// our error to report: HDF5 itself cannot close a file that it cannot write. Equal content gives
/// equal bytes, in whichever order slices came. To be used by one thread at a time.
///
///     Hdf5Writer file(path);
///     file.create_complex("kspace", {slices, coils, height, width});
///     file.write_slice("kspace", i, kspace);  // every i once, in any order
///     file.write_real("mask", mask);
///     file.set_attribute("max", 1.0);
///     file.finish();
///
/// All functions throw `Error`, naming file and data set, for what cannot be written.
class Hdf5Writer {
 public:
  /// Throws `Error` if the folder of `path` cannot be written. An existing file there is replaced
  /// by `finish()`.
  explicit Hdf5Writer(std::filesystem::path path);
  ~Hdf5Writer();
  Hdf5Writer(const Hdf5Writer&) = delete;
  Hdf5Writer& operator=(const Hdf5Writer&) = delete;

  /// A data set [S, ...] to be filled slice by slice: float32, or a compound (r, i) of float32.
  void create_real(const std::string& name, const std::vector<int64_t>& shape);
  void create_complex(const std::string& name, const std::vector<int64_t>& shape);
  /// `name[index] = slice`: of the data set's kind and shape, on any device.
  void write_slice(const std::string& name, int64_t index, const torch::Tensor& slice);

  /// A whole real data set at once, as float32.
  void write_real(const std::string& name, const torch::Tensor& values);
  /// A data set of one text.
  void write_text(const std::string& name, const std::string& text);

  /// Attributes of the file itself: a number (float64), or a text, which replaces what is there.
  void set_attribute(const std::string& name, double value);
  void set_attribute(const std::string& name, const std::string& text);

  /// Gives this file an attribute of another one, with its type, shape and bytes, whatever it
  /// holds. Returns what of it cannot be copied, for messages, or nothing where it was: references
  /// and lists of variable length are left out, and so is what the format does not take, see
  /// hdf5_attribute_copy.cpp.
  std::optional<std::string> copy_attribute(const Hdf5File& source, const std::string& name);

  /// Throws `Error` if a slice is missing or the disk refuses the file.
  void finish();

 private:
  struct Slices {
    bool complex;
    std::vector<int64_t> shape;
    std::vector<bool> written;
  };

  void create(const std::string& name, const std::vector<int64_t>& shape, bool complex);
  void require_slice(const std::string& name, int64_t index, const torch::Tensor& slice) const;
  template <typename Action>
  auto guarded(Action&& action) const;

  std::filesystem::path path_;
  AtomicFile file_;
  std::unique_ptr<H5::H5File> hdf5_;
  std::map<std::string, Slices> sliced_;
};

}  // namespace dircn
