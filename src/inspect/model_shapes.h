#pragma once

#include "dircn/model/checkpoint.h"
#include "inspect/report.h"

namespace dircn::detail {

/// What the shapes of a network's parameters tell of its configuration, under the keys of `model:`;
/// a key is left out where they tell nothing. (`se_ratio` is the smallest ratio that fits; soft and
/// variational data consistency have the same parameters; the weighted form of the reference's
/// files has a `cat_weight` whether it is used or not.)
Report model_from_shapes(const StateDict& state);

}  // namespace dircn::detail
