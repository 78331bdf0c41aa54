#pragma once

#include <H5Cpp.h>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "dircn/formats/hdf5.h"

/// What dircn/formats/hdf5.h asks of one data set that is open. HDF5's exceptions pass through.
namespace dircn::detail {

Hdf5Dataset describe(const H5::DataSet& dataset);

/// Opens a data set so that one chunk of it stays unpacked between reads: slices often share one.
H5::DataSet open_with_cache(const H5::H5File& file, const std::string& name);

/// See `Hdf5File::dataset_names`.
std::vector<std::string> dataset_names(const H5::H5File& file);

/// The memory form, complex64, of a complex file type: with the same member names, by which HDF5
/// matches them.
H5::CompType complex64_like(const H5::CompType& file_type);

/// Throws `Error` for a data set of which its file holds less than its header claims. Without this
/// a file of a few bytes could make us allocate, or walk through, terabytes of fill values.
void require_whole(const H5::DataSet& dataset, const std::string& subject);

/// All of a data set, or the slice `*index` along its first dimension; throws `Error` if it has no
/// such slice.
H5::DataSpace select(const H5::DataSet& dataset, const int64_t* index, const std::string& subject);

/// Throws `Error` unless `shape` values of `value_bytes` each are few enough to be read in one
/// piece.
void require_fits(const std::vector<int64_t>& shape, uint64_t value_bytes,
                  const std::string& subject);

/// One text, fixed or of variable length, by a function that reads it to where it is told. (HDF5's
/// own reading into a std::string crashes on a text of variable length that was never written.)
std::string read_text(const H5::StrType& type, const std::string& subject,
                      const std::function<void(void*)>& read);

/// The data space of a tensor in memory.
H5::DataSpace space_of(const std::vector<int64_t>& shape);

}  // namespace dircn::detail
