#pragma once

#include <string_view>

namespace dircn {

/// Writes all of `bytes` to an open file: in one call of the system, except where a signal or a
/// full disk cut it short. Returns 0, or the `errno` of what went wrong; then some bytes may have
/// been written.
int write_fully(int descriptor, std::string_view bytes);

}  // namespace dircn
