#pragma once

#include <optional>

#include "dircn/config/config.h"
#include "dircn/data/slice_set.h"

namespace dircn::detail {

/// `data.train`, or its share of the volumes there.
SliceSet training_set(const Config& config);

/// `data.val`, or a share of the volumes of `data.train`; none, and a warning, if neither is asked
/// for. Throws `Error` if something in `config` cannot do without.
std::optional<SliceSet> validation_set(const Config& config);

}  // namespace dircn::detail
