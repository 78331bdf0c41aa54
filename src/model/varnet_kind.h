#pragma once

#include <optional>
#include <string>

#include "dircn/model/network_table.h"

namespace dircn {

// E2E-VarNet's row of the table: see `NetworkKind`. Its keys are the same everywhere.

Network make_varnet(const ModelConfig& config);
std::optional<ParameterPlace> varnet_place_of(const std::string& key);
std::string varnet_own_key(const std::string& key);
PickleDict varnet_file_state(const StateDict& state, const ModelConfig& config);
Calibration varnet_calibration(const ModelConfig& config);
ParameterCount count_varnet(const ModelConfig& config);

/// What the maps are estimated from has no parameters.
ModelFindings varnet_from_shapes(const StateDict& state);

}  // namespace dircn
