#pragma once

#include <torch/types.h>

#include "dircn/data/slice_set.h"
#include "support/challenge_files.h"
#include "support/fov_crop.h"

namespace dircn::testing {

/// Slice 0 of a file a.h5 that has a column mask but full k-space, of three coils.
inline RawSlice raw_slice(int64_t height, int64_t width) {
  RawSlice raw;
  raw.kspace = full_kspace(1, 3, height, width, 7)[0];
  raw.mask = some_columns(width);
  raw.grid = challenge_grid(raw.kspace);
  raw.acquired = torch::ones({width}, torch::kBool);
  raw.volume = "a.h5";
  raw.name = "a.h5 slice 0";
  return raw;
}

}  // namespace dircn::testing
