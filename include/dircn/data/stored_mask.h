#pragma once

#include <torch/types.h>

#include <cstdint>

#include "dircn/formats/hdf5.h"

namespace dircn {

/// The data set `mask` of a file: bool, [width] or [height, width], true at least once. Any number
/// type, values 0 and 1, or 0 and another positive number such as 255 (the log tells of the first
/// mask of that kind), and further dimensions of size 1. One over rows and columns that says the
/// same of every row (but for rows at the edges that it leaves out, a readout's padding) is one of
/// columns, and one for each coil that says the same of all is one of all. Throws `Error`, naming
/// the file, for anything else.
torch::Tensor read_mask(const Hdf5File& file, int64_t coils, int64_t height, int64_t width);

/// Throws `Error`, naming the file, unless something is sampled; `found` says what there is.
void require_sampled(const torch::Tensor& mask, const std::string& file, const std::string& found);

}  // namespace dircn
