#pragma once

#include <cstdint>
#include <functional>

#include "dircn/data/loader.h"
#include "dircn/data/slice_source.h"
#include "train/loop/focal_weights.h"

namespace dircn {

/// Tells `focal` of the difficulty of every slice of `set`, prepared as `options` say. False if
/// `stop()` became true before.
bool measure_difficulties(const SliceSource& set, const LoaderOptions& options, int64_t crop,
                          FocalWeights& focal, const std::function<bool()>& stop);

}  // namespace dircn
