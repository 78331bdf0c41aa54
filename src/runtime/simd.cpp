#include "dircn/runtime/simd.h"

#include <cstdlib>
#include <string>

#include "dircn/core/error.h"

namespace dircn {

Simd simd_limit() {
  const char* variable = std::getenv("DIRCN_SIMD");
  const std::string limit = variable == nullptr ? "avx512" : variable;
  require(limit == "avx2" || limit == "avx512", [&] {
    return Error::Parts{"environment variable DIRCN_SIMD", "'" + limit + "'", "avx2 or avx512",
                        "Unset it to use what the processor has."};
  });
  return limit == "avx2" ? Simd::avx2 : Simd::avx512;
}

Simd simd_in_use() {
  const Simd limit = simd_limit();
#ifdef __x86_64__
  // All that compilers take x86-64-v4 for; a virtual machine may hide some of it.
  if (limit == Simd::avx512 && __builtin_cpu_supports("avx512f") != 0 &&
      __builtin_cpu_supports("avx512bw") != 0 && __builtin_cpu_supports("avx512vl") != 0 &&
      __builtin_cpu_supports("avx512dq") != 0 && __builtin_cpu_supports("avx512cd") != 0 &&
      __builtin_cpu_supports("bmi2") != 0 && __builtin_cpu_supports("fma") != 0) {
    return Simd::avx512;
  }
  return __builtin_cpu_supports("avx2") != 0 ? Simd::avx2 : Simd::none;
#else
  return Simd::none;
#endif
}

}  // namespace dircn
