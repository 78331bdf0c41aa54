#include "dircn/runtime/simd.h"

#include <algorithm>
#include <cstdlib>
#include <mutex>

#include "dircn/core/error.h"
#include "dircn/core/text.h"
#include "runtime/simd_table.h"

namespace dircn {
namespace {

constexpr const char* kVariable = "DIRCN_SIMD";

/// `origin`: what named it.
const SimdTarget& choose(const std::string& name, const std::string& origin) {
  const auto names = simd_targets();
  require(std::find(names.begin(), names.end(), name) != names.end(), [&] {
    return Error::Parts{origin, "'" + name + "'", "one of this processor's: " + join_names(names),
                        "Leave it out to use the best of them."};
  });
  const auto& target = *std::find_if(std::begin(kSimdTargets), std::end(kSimdTargets),
                                     [&](const SimdTarget& each) { return name == each.name; });
  hwy::SetSupportedTargetsForTest(target.bit);
  return target;
}

void set_or_unset(const char* variable, const char* value) {
  value != nullptr ? setenv(variable, value, 1) : unsetenv(variable);
}

}  // namespace

std::vector<std::string> simd_targets() {
  static const int64_t supported = hwy::SupportedTargets() & HWY_TARGETS;
  std::vector<std::string> names;
  for (const auto& target : kSimdTargets) {
    if ((supported & target.bit) != 0) {
      names.emplace_back(target.name);
    }
  }
  return names;
}

std::string simd_target() {
  static std::once_flag once;
  std::call_once(once, [] {
    simd_targets();
    if (const char* value = std::getenv(kVariable)) {
      choose(value, std::string("environment variable ") + kVariable);
    }
  });
  const int64_t supported = hwy::SupportedTargets() & HWY_TARGETS;
  const auto* used =
      std::find_if(std::begin(kSimdTargets), std::end(kSimdTargets),
                   [&](const SimdTarget& target) { return (supported & target.bit) != 0; });
  return used->name;
}

void use_simd_target(const std::string& name) {
  simd_target();  // so that the variable comes first
  const SimdTarget& target = choose(name, "instruction set of the kernels");
  setenv(kVariable, target.name, 1);
  set_or_unset("ATEN_CPU_CAPABILITY", target.libtorch);
  set_or_unset("ONEDNN_MAX_CPU_ISA", target.onednn);
  set_or_unset("MKL_ENABLE_INSTRUCTIONS", target.mkl);
}

}  // namespace dircn
