#pragma once

#include <optional>

#include "dircn/config/config.h"
#include "dircn/data/slice_set.h"
#include "train/loop/validation.h"

namespace dircn::detail {

/// `data.train`, or its share of the volumes there. Both sets are checked, see `check_set`.
SliceSet training_set(const Config& config);

/// `data.val`, or a share of the volumes of `data.train`, with the rule that fits its files (see
/// `choose_rule`); none, and a warning, if neither is asked for. Throws `Error` if something in
/// `config` cannot do without, and as `choose_rule` does.
std::optional<ValidationSet> validation_set(const Config& config);

}  // namespace dircn::detail
