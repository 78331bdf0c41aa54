#pragma once

#include <exception>

namespace dircn {

/// Whether an exception, of the standard library or of LibTorch, says that memory was wanting (the
/// main memory or a GPU's).
bool is_out_of_memory(const std::exception& error);

}  // namespace dircn
