#include "report/base64.h"

#include <gtest/gtest.h>

#include <string>

namespace dircn::base64_test {
namespace {

// The vectors of RFC 4648, section 10.
TEST(Base64, EqualsTheStandardsExamples) {
  EXPECT_EQ(base64(""), "");
  EXPECT_EQ(base64("f"), "Zg==");
  EXPECT_EQ(base64("fo"), "Zm8=");
  EXPECT_EQ(base64("foo"), "Zm9v");
  EXPECT_EQ(base64("foob"), "Zm9vYg==");
  EXPECT_EQ(base64("fooba"), "Zm9vYmE=");
  EXPECT_EQ(base64("foobar"), "Zm9vYmFy");
}

TEST(Base64, TakesEveryByte) {
  EXPECT_EQ(base64(std::string("\xff\xfe\xfd\x00", 4)), "//79AA==");
  EXPECT_EQ(base64("\xfb\xef\xbe"), "++++");
}

}  // namespace
}  // namespace dircn::base64_test
