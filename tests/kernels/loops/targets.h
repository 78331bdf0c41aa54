#pragma once

// The instruction sets that the loops are compiled for, without LibTorch and dircn's other layers,
// so that programs for other machines can have them.

#include <cstdint>
#include <string>
#include <vector>

#include "dircn/runtime/highway_targets.h"
// After it.
#include "hwy/highway.h"
#include "hwy/targets.h"

namespace dircn::loops {

struct Target {
  std::string name;
  int64_t bit;
};

/// Those that this processor has.
inline std::vector<Target> targets() {
#if HWY_ARCH_X86
  static const int64_t has = hwy::SupportedTargets();
  std::vector<Target> result;
  for (const auto& target : {Target{"avx512", HWY_AVX3}, Target{"avx2", HWY_AVX2},
                             Target{"sse4", HWY_SSE4}, Target{"scalar", HWY_SCALAR}}) {
    if ((has & target.bit) != 0) {
      result.push_back(target);
    }
  }
  return result;
#else
  return {{"neon", HWY_NEON}};
#endif
}

inline void use(const Target& target) {
#if HWY_ARCH_X86
  targets();
  hwy::SetSupportedTargetsForTest(target.bit);
#else
  static_cast<void>(target);
#endif
}

}  // namespace dircn::loops
