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

}  // namespace dircn
