#include "dircn/core/text.h"

#include <gtest/gtest.h>

#include <limits>

namespace dircn::text_test {
namespace {

TEST(FourDigits, AreWhatScoresHave) {
  EXPECT_EQ(four_digits(0.92344), "0.9234");
  EXPECT_EQ(four_digits(-2), "-2.0000");
  EXPECT_EQ(four_digits(std::numeric_limits<double>::infinity()), "inf");
  EXPECT_EQ(four_digits(1e300).size(), 306U);
}

TEST(CsvField, IsQuotedWhereItMustBe) {
  EXPECT_EQ(csv_field("a b.h5"), "a b.h5");
  EXPECT_EQ(csv_field(""), "");
  EXPECT_EQ(csv_field("a,b"), "\"a,b\"");
  EXPECT_EQ(csv_field("a\"b"), "\"a\"\"b\"");
  EXPECT_EQ(csv_field("a\nb"), "\"a\nb\"");
  EXPECT_EQ(csv_field("a\rb"), "\"a\rb\"");
}

TEST(TextWidth, CountsCharacters) {
  EXPECT_EQ(text_width(""), 0U);
  EXPECT_EQ(text_width("abc"), 3U);
  EXPECT_EQ(text_width("Schädel"), 7U);
  EXPECT_EQ(text_width("± 脳"), 3U);
}

}  // namespace
}  // namespace dircn::text_test
