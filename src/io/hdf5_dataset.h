#pragma once

#include <H5Cpp.h>

#include <cstdint>
#include <string>
#include <vector>

#include "dircn/io/hdf5.h"

/// What dircn/io/hdf5.h asks of one data set that is open. HDF5's exceptions pass through.
namespace dircn::detail {

Hdf5Dataset describe(const H5::DataSet& dataset);

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

/// The data space of a tensor in memory.
H5::DataSpace space_of(const std::vector<int64_t>& shape);

}  // namespace dircn::detail
