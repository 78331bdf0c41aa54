#include "dircn/runtime/simd.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <string>

#include "dircn/core/error.h"

namespace dircn::simd_test {
namespace {

TEST(Simd, UsesOneOfTheProcessorsTargets) {
  const auto targets = simd_targets();
  ASSERT_FALSE(targets.empty());
  EXPECT_EQ(std::count(targets.begin(), targets.end(), simd_target()), 1);
  if (std::getenv("DIRCN_SIMD") == nullptr) {
    EXPECT_EQ(simd_target(), targets.front());
  }
}

TEST(Simd, CanBeChosen) {
  const std::string before = simd_target();
  for (const auto& target : simd_targets()) {
    use_simd_target(target);
    EXPECT_EQ(simd_target(), target);
  }
  use_simd_target(before);
}

TEST(Simd, NamesWhatTheProcessorHas) {
  try {
    use_simd_target("mmx");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.parts().found, "'mmx'");
    EXPECT_NE(error.parts().expected.find(simd_targets().front()), std::string::npos);
  }
}

}  // namespace
}  // namespace dircn::simd_test
