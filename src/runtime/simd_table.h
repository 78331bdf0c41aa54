#pragma once

// The instruction sets by name. Without LibTorch and dircn's other layers, so that programs for
// other machines can have it; before any of Highway's headers.

#include <cstdint>

#include "dircn/runtime/highway_targets.h"
// After it.
#include "hwy/highway.h"
#include "hwy/targets.h"

namespace dircn {

/// `bit` is Highway's. The others: what LibTorch calls it, and the libraries in it, oneDNN and MKL;
/// null: they take what they find.
struct SimdTarget {
  const char* name;
  int64_t bit;
  const char* libtorch;
  const char* onednn;
  const char* mkl;
};

/// The best first.
constexpr SimdTarget kSimdTargets[] = {{"avx512", HWY_AVX3, nullptr, nullptr, nullptr},
                                       {"avx2", HWY_AVX2, "avx2", "AVX2", "AVX2"},
                                       {"sse4", HWY_SSE4, "default", "SSE41", "SSE4_2"},
                                       {"neon", HWY_NEON, nullptr, nullptr, nullptr},
                                       {"scalar", HWY_SCALAR, "default", "SSE41", "SSE4_2"}};

}  // namespace dircn
