#pragma once

#include <optional>
#include <string>

#include "dircn/model/network_table.h"

namespace dircn {

// DIRCN's row of the table: see `NetworkKind`.

Network make_dircn(const ModelConfig& config);
std::optional<ParameterPlace> dircn_place_of(const std::string& key);

/// The original's `final_bottle.0.*` is `final_bottle.*`, as the weighted form has it.
std::string dircn_own_key(const std::string& key);

/// With aggregation `concat` the keys have the original's form (`final_bottle.0.*`, no
/// `cat_weight`), else the weighted form (`final_bottle.*`, a `cat_weight` in every cascade, 1
/// where the network has none).
PickleDict dircn_file_state(const StateDict& state, const ModelConfig& config);

Calibration dircn_calibration(const ModelConfig& config);
ParameterCount count_dircn(const ModelConfig& config);

/// `se_ratio` is the default if that fits, else the smallest ratio that does; soft and variational
/// data consistency have the same parameters; the weighted form of the reference's files has a
/// `cat_weight` whether it is used or not.
ModelFindings dircn_from_shapes(const StateDict& state);

}  // namespace dircn
