#pragma once

#include <string>

#include "dircn/formats/pickle_value.h"
#include "train/state/training_state.h"

namespace dircn::detail {

/// What a checkpoint calls it.
constexpr const char* kPosition = "training";

/// The position as it stands in a checkpoint.
PickleDict to_dict(const RunPosition& position);

/// The reverse. Throws `Error` about `subject` for a missing key, a wrong type or an impossible
/// value.
RunPosition position_from(const PickleDict& dict, const std::string& subject);

}  // namespace dircn::detail
