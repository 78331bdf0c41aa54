#pragma once

#include <string>

#include "dircn/config/model_config.h"
#include "dircn/formats/pickle_value.h"

namespace dircn {

/// The model configuration as it stands in checkpoints: a dict with the keys and names of YAML's
/// `model:`.
PickleDict to_dict(const ModelConfig& config);

/// The reverse. Throws `Error` naming `subject` (the file) and the key for an unknown or a missing
/// key, a value of a wrong type or one out of range.
ModelConfig model_config_from(const PickleDict& dict, const std::string& subject);

}  // namespace dircn
