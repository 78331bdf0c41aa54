#include "dircn/runtime/simd.h"

#include "dircn/runtime/highway_targets.h"

#include <hwy/highway.h>
#include <hwy/targets.h>

#include <algorithm>
#include <cstdlib>
#include <mutex>

#include "dircn/core/error.h"
#include "dircn/core/text.h"

namespace dircn {
namespace {

/// What LibTorch calls it, and the libraries in it: oneDNN and MKL. Null: they take what they find.
struct Target {
  const char* name;
  int64_t bit;
  const char* libtorch;
  const char* onednn;
  const char* mkl;
};

constexpr Target kTargets[] = {{"avx512", HWY_AVX3, nullptr, nullptr, nullptr},
                               {"avx2", HWY_AVX2, "avx2", "AVX2", "AVX2"},
                               {"sse4", HWY_SSE4, "default", "SSE41", "SSE4_2"},
                               {"neon", HWY_NEON, nullptr, nullptr, nullptr},
                               {"scalar", HWY_SCALAR, "default", "SSE41", "SSE4_2"}};

constexpr const char* kVariable = "DIRCN_SIMD";

/// `origin`: what named it.
const Target& choose(const std::string& name, const std::string& origin) {
  const auto names = simd_targets();
  require(std::find(names.begin(), names.end(), name) != names.end(), [&] {
    return Error::Parts{origin, "'" + name + "'", "one of this processor's: " + join_names(names),
                        "Leave it out to use the best of them."};
  });
  const auto& target = *std::find_if(std::begin(kTargets), std::end(kTargets),
                                     [&](const Target& each) { return name == each.name; });
  hwy::SetSupportedTargetsForTest(target.bit);
  return target;
}

constexpr const char* kOrigin = "instruction set of the kernels";

}  // namespace

std::vector<std::string> simd_targets() {
  static const int64_t supported = hwy::SupportedTargets() & HWY_TARGETS;
  std::vector<std::string> names;
  for (const auto& target : kTargets) {
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
      std::find_if(std::begin(kTargets), std::end(kTargets),
                   [&](const Target& target) { return (supported & target.bit) != 0; });
  return used->name;
}

void use_simd_target(const std::string& name) {
  simd_target();  // so that the variable comes first
  choose(name, kOrigin);
}

void use_simd_target_everywhere(const std::string& name) {
  const Target& target = choose(name, kOrigin);
  setenv(kVariable, target.name, 1);
  if (target.libtorch != nullptr) {
    setenv("ATEN_CPU_CAPABILITY", target.libtorch, 1);
    setenv("ONEDNN_MAX_CPU_ISA", target.onednn, 1);
    setenv("MKL_ENABLE_INSTRUCTIONS", target.mkl, 1);
  }
}

}  // namespace dircn
