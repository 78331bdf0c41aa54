#pragma once

// The instruction sets that the loops are compiled for, without LibTorch and dircn's other layers,
// so that programs for other machines can have them.

#include <cstdint>
#include <string>
#include <vector>

#include "runtime/simd_table.h"

namespace dircn::loops {

struct Target {
  std::string name;
  int64_t bit;
};

/// Those that this processor has.
inline std::vector<Target> targets() {
#if HWY_ARCH_X86
  static const int64_t has = hwy::SupportedTargets();
#else
  static const int64_t has = HWY_STATIC_TARGET;  // what it is compiled for
#endif
  std::vector<Target> result;
  for (const auto& target : kSimdTargets) {
    if ((has & target.bit) != 0) {
      result.push_back({target.name, target.bit});
    }
  }
  return result;
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
