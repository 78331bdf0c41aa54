#pragma once

#include <cstdint>
#include <vector>

#include "dircn/config/data_config.h"

namespace dircn {

/// Which of a folder's volumes a set has.
enum class Part {
  all,
  training,   // those that are left of `data.subset` after the validation set was taken out
  validation  // `data.validation_share` of the folder's volumes
};

/// The volumes of a folder of `count` that make up a part, in the folder's order. Whole volumes are
/// chosen, since neighbouring slices are alike; at random by `config.split_seed`, the same on any
/// machine. Where `config.val` names a folder, nothing is taken out for validation. Every part has
/// at least one volume; throws `Error` where that cannot be.
std::vector<int64_t> volumes_of_part(Part part, int64_t count, const DataConfig& config);

}  // namespace dircn
