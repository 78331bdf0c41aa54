#pragma once

#include <string>
#include <vector>

namespace dircn {

/// The instruction sets that dircn's kernels are compiled for and this processor has, the best
/// first: of "avx512", "avx2", "sse4", "neon" and "scalar".
std::vector<std::string> simd_targets();

/// The one that the kernels use: the best, or the one that the environment variable DIRCN_SIMD or
/// `use_simd_target` names. Throws `Error` if the variable's is none of this processor's.
std::string simd_target();

/// From now on. So a processor can stand in for an older one, in tests and measurements. LibTorch's
/// operators follow, and the programs that this one starts: it sets the environment variables that
/// they read when they compute for the first time. Throws `Error` for what is none of
/// `simd_targets`. Not while kernels run.
void use_simd_target(const std::string& name);

}  // namespace dircn
