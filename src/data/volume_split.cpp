#include "dircn/data/volume_split.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "dircn/core/error.h"
#include "dircn/data/random_draws.h"

namespace dircn {
namespace {

/// As many of `count` as `share` says, but at least one.
int64_t share_of(int64_t count, double share) {
  return std::max<int64_t>(std::llround(share * static_cast<double>(count)), 1);
}

int64_t validation_volumes(int64_t count, const DataConfig& config) {
  if (!config.val.empty() || config.validation_share <= 0) {
    return 0;
  }
  require(count > 1, [&] {
    return Error::Parts{"data.validation_share", std::to_string(count) + " volume to share",
                        "at least one volume for training and one for validation",
                        "Name a folder in data.val, or set data.validation_share: 0."};
  });
  return std::min(share_of(count, config.validation_share), count - 1);
}

}  // namespace

std::vector<int64_t> volumes_of_part(Part part, int64_t count, const DataConfig& config) {
  std::vector<int64_t> order = shuffled_order(count, config.split_seed, /*epoch=*/0);
  if (part != Part::all) {
    const int64_t validation = validation_volumes(count, config);
    const auto boundary = order.begin() + validation;
    if (part == Part::training) {
      order.erase(order.begin(), boundary);
      order.resize(static_cast<size_t>(share_of(count - validation, config.subset)));
    } else {
      order.erase(boundary, order.end());
      require(validation > 0, [] {
        return Error::Parts{"data.validation_share", "nothing kept for validation",
                            "a share of the training volumes, and no folder data.val"};
      });
    }
  }
  std::sort(order.begin(), order.end());
  return order;
}

}  // namespace dircn
