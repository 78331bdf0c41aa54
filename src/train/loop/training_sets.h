#pragma once

#include <memory>
#include <optional>

#include "dircn/config/config.h"
#include "dircn/data/slice_set.h"
#include "train/loop/validation.h"

namespace dircn::detail {

/// `data.train`: what is simulated, or the share of the volumes there. Sets of files are checked,
/// see `check_set`. Throws `Error` also where `config` asks for what simulated slices cannot give.
std::unique_ptr<SliceSource> training_set(const Config& config);

/// `data.val`, or a share of the volumes of `data.train`, with the rule that fits its files (see
/// `choose_rule`); none, and a warning, if neither is asked for. Throws `Error` if something in
/// `config` cannot do without, and as `choose_rule` does.
std::optional<ValidationSet> validation_set(const Config& config);

}  // namespace dircn::detail
