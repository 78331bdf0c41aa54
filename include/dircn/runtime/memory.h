#pragma once

namespace dircn {

/// From now on the memory that this program frees stays with it for its next tensors. Does nothing
/// where the C library is not glibc.
void keep_freed_memory();

}  // namespace dircn
