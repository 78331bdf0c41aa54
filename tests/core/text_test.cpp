#include "dircn/core/text.h"

#include <gtest/gtest.h>

#include <limits>

namespace dircn::text_test {
namespace {

TEST(Numbers, HaveAFixedNumberOfDigits) {
  EXPECT_EQ(fixed(0.92344, 4), "0.9234");
  EXPECT_EQ(fixed(-2, 4), "-2.0000");
  EXPECT_EQ(fixed(std::numeric_limits<double>::infinity(), 4), "inf");
  EXPECT_EQ(fixed(1e300, 4).size(), 306U);
  EXPECT_EQ(fixed(2.5, 0), "2");  // to even, as printf rounds
}

TEST(Numbers, HaveTheirSignificantDigits) {
  EXPECT_EQ(significant(0.5, 3), "0.5");
  EXPECT_EQ(significant(1234.5, 3), "1.23e+03");
  EXPECT_EQ(significant(2e-5, 6), "2e-05");
  EXPECT_EQ(significant(999.96, 4), "1000");
  EXPECT_EQ(significant(std::numeric_limits<double>::quiet_NaN(), 3), "nan");
}

TEST(Numbers, AreTheSameFromTheirShortestDigits) {
  EXPECT_EQ(shortest(0.1), "0.1");
  EXPECT_EQ(shortest(1.0 / 3), "0.3333333333333333");
  EXPECT_EQ(shortest(1e-300), "1e-300");
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

TEST(Cut, LeavesCharactersWhole) {
  EXPECT_EQ(cut("abc", 3), "abc");
  EXPECT_EQ(cut("abc", 2), "ab");
  EXPECT_EQ(cut("a\xC3\xA4", 2), "a");
}

TEST(WholeNumber, IsDigitsAlone) {
  EXPECT_EQ(whole_number("0", 3), 0);
  EXPECT_EQ(whole_number("012", 3), 12);
  for (const char* other : {"", "1234", "-1", "+1", " 1", "1.0", "x"}) {
    EXPECT_FALSE(whole_number(other, 3)) << other;
  }
}

TEST(Excerpt, CutsLongTextsBetweenCharacters) {
  EXPECT_EQ(excerpt("short"), "short");
  EXPECT_EQ(excerpt(std::string(80, 'x')), std::string(80, 'x'));
  EXPECT_EQ(excerpt(std::string(81, 'x')), std::string(80, 'x') + "...");
  EXPECT_EQ(excerpt(std::string(79, 'x') + "\xC3\xA4y"), std::string(79, 'x') + "...");
  EXPECT_EQ(excerpt("a\nb\x1B"), "a?b?");
}

}  // namespace
}  // namespace dircn::text_test
