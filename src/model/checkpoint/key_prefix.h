#pragma once

#include <optional>
#include <string>

#include "dircn/formats/pickle_value.h"

namespace dircn {

/// What stands before a network's own name in a key: "" for "sens_net.x", "module." for
/// "module.sens_net.x". None where no network of ours has such a parameter.
std::optional<std::string> network_prefix(const std::string& key);

/// The entries that are a network's parameters, without the prefix that DataParallel ("module."),
/// torch.compile ("_orig_mod."), Lightning ("model.") and others put before all of them. Where
/// there is a prefix, keys without it belong to something else and are left out; so are counters of
/// batches, which no network of ours has. The log says what was left out. Throws `Error` naming
/// `file` for keys that are not text, and for networks under several prefixes.
PickleDict without_prefix(const PickleDict& weights, const std::string& file);

}  // namespace dircn
