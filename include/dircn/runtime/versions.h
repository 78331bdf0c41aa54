#pragma once

#include <string>
#include <utility>
#include <vector>

namespace dircn {

/// Names and versions of this build: dircn, LibTorch.
std::vector<std::pair<std::string, std::string>> versions();

/// The same in one line: "dircn 0.1.0, LibTorch 2.13.0".
std::string versions_text();

/// The same with what computes: "dircn 0.1.0, LibTorch 2.13.0, CUDA none, avx512". Throws what
/// `simd_target` throws.
std::string version_line();

}  // namespace dircn
