#pragma once

#include <functional>
#include <string>
#include <vector>

#include "dircn/config/model_config.h"
#include "dircn/formats/pickle_value.h"

namespace dircn {

/// What a checkpoint tells of a key of `model:`.
struct ModelFinding {
  std::string key;    // "channels"
  PickleValue value;  // the usual one of those that fit
  std::string words;  // all that fit, where those are different networks; else empty
  std::function<bool(const ModelConfig& config)> fits;
};
using ModelFindings = std::vector<ModelFinding>;

/// That the key has this value, and that no other fits.
ModelFinding found(const std::string& key, const PickleValue& value);

/// That the key has one of these names, the usual one first.
ModelFinding found_either(const std::string& key, const std::string& usual,
                          const std::string& other);

/// All that fits, for messages.
std::string to_text(const ModelFinding& finding);

}  // namespace dircn
