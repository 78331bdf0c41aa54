#pragma once

#include <string>

#include "dircn/simulate/simulated_set.h"

namespace dircn::simulation {

/// What the volumes below `options.output` were made with is noted there, in `simulation.json`.
/// Whether there is such a note; throws `Error` if it says anything else than `options` do. The
/// numbers of volumes may differ: a volume depends on its own number alone.
bool is_noted(const SetOptions& options, const std::string& anatomy);

/// Leaves that note.
void leave_note(const SetOptions& options, const std::string& anatomy);

}  // namespace dircn::simulation
