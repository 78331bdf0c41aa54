#pragma once

#include <cstdint>
#include <filesystem>

namespace dircn::testing {

/// A small data set in the challenge's layout, quick to make and to learn.
struct SmallSet {
  int64_t volumes = 2;
  int64_t slices = 2;
  int64_t coils = 2;
  int64_t height = 48;
  int64_t width = 40;
  int64_t label = 32;  // edge of `image_label`
  double first = 1;    // where the series of slices begins; other numbers, other slices
  double step = 0.7;   // how much a slice differs from the one before; 0: not at all
  double scale = 1;
};

/// Writes `folder/kspace/brainN.h5` and `folder/image/brainN.h5`: smooth objects with an edge, seen
/// by smooth coils; k-space not masked, with a 4-fold column mask beside it.
void write_small_set(const std::filesystem::path& folder, const SmallSet& set = {});

}  // namespace dircn::testing
