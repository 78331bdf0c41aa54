#pragma once

#include <string>

namespace dircn {

/// Whether a pickle that names this would have Python run something: commands, programs, other
/// code, access to any attribute. Nothing that a pickle names ever runs in dircn, so the list need
/// not be complete: it tells files that are made to do harm from those that carry settings.
bool runs_code(const std::string& module, const std::string& name);

}  // namespace dircn
