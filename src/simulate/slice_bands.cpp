#include "simulate/slice_bands.h"

#include <iterator>
#include <string>

#include "dircn/core/error.h"

namespace dircn::simulation {
namespace {

struct Share {
  Split split;
  double height;  // in parts
};

constexpr Share kShares[] = {{Split::train, 14}, {Split::val, 5}, {Split::leaderboard, 5},
                             {Split::train, 14}, {Split::val, 5}, {Split::leaderboard, 5},
                             {Split::train, 14}};

}  // namespace

const char* to_string(Split split) {
  return split == Split::train ? "train" : split == Split::val ? "val" : "leaderboard";
}

SliceBands::SliceBands(double low, double high, double gap) {
  const auto gaps = static_cast<double>(std::size(kShares) - 1);
  const double usable = high - low - gaps * gap;
  require(usable >= gaps * gap / 2, [&] {
    return Error::Parts{"anatomy", std::to_string(high - low) + " mm of brain",
                        "at least " + std::to_string(1.5 * gaps * gap) +
                            " mm, to be divided among training, validation and leaderboard",
                        "Choose another --anatomy."};
  });
  double parts = 0;
  for (const Share& share : kShares) {
    parts += share.height;
  }
  double at = low;
  for (const Share& share : kShares) {
    const double height = share.height / parts * usable;
    bands_[share.split].push_back({at, at + height});
    at += height + gap;
  }
}

std::vector<double> SliceBands::positions(Split split, int64_t slices, double phase) const {
  double total = 0;
  for (const Band& band : of(split)) {
    total += band.high - band.low;
  }
  std::vector<double> result;
  for (int64_t i = 0; i < slices; ++i) {
    double along = (static_cast<double>(i) + phase) / static_cast<double>(slices) * total;
    for (const Band& band : of(split)) {
      const double height = band.high - band.low;
      if (along <= height || &band == &of(split).back()) {
        result.push_back(band.low + along);
        break;
      }
      along -= height;
    }
  }
  return result;
}

}  // namespace dircn::simulation
