#include "dircn/runtime/simd.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <optional>
#include <string>

#include "dircn/core/error.h"

namespace dircn::simd_test {
namespace {

/// Sets DIRCN_SIMD, and puts back what was there.
class Variable {
 public:
  explicit Variable(const char* value) {
    if (const char* before = std::getenv(kName)) {
      before_ = before;
    }
    ::setenv(kName, value, 1);
  }
  ~Variable() { before_ ? ::setenv(kName, before_->c_str(), 1) : ::unsetenv(kName); }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;

 private:
  static constexpr const char* kName = "DIRCN_SIMD";
  std::optional<std::string> before_;
};

TEST(SimdLimit, IsWhatTheVariableSays) {
  {
    const Variable variable("avx2");
    EXPECT_EQ(simd_limit(), Simd::avx2);
  }
  const Variable variable("avx512");
  EXPECT_EQ(simd_limit(), Simd::avx512);
}

TEST(SimdInUse, IsNoMoreThanTheLimit) {
  const Variable variable("avx2");
  EXPECT_LE(simd_in_use(), Simd::avx2);
}

TEST(SimdLimit, NamesWhatItTakes) {
  const Variable variable("sse");
  try {
    simd_in_use();
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.parts().found, "'sse'");
    EXPECT_EQ(error.parts().expected, "avx2 or avx512");
  }
}

}  // namespace
}  // namespace dircn::simd_test
