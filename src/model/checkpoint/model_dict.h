#pragma once

#include <string>

#include "dircn/config/model_config.h"
#include "dircn/formats/pickle_value.h"

namespace dircn {

/// A value of such a dict, for messages.
std::string to_text(const PickleValue& value);

/// The reverse of `to_dict`. Throws `Error` naming `subject` (the file) and the key for an unknown
/// or a missing key, a value of a wrong type or one out of range.
ModelConfig model_config_from(const PickleDict& dict, const std::string& subject);

}  // namespace dircn
