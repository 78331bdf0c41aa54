#include "dircn/config/names.h"

#include <gtest/gtest.h>

#include "dircn/config/model_config.h"

namespace dircn::names_test {
namespace {

TEST(NearestName, TakesTheSmallestEditDistance) {
  const std::vector<std::string> names = {"cascades", "channels", "groups"};
  EXPECT_EQ(nearest_name("cascade", names), "cascades");
  EXPECT_EQ(nearest_name("chanels", names), "channels");
  EXPECT_EQ(nearest_name("GROUP", names), "groups");
  EXPECT_EQ(nearest_name("groups", names), "groups");
}

TEST(NearestName, CountsInsertionsDeletionsAndReplacements) {
  // From "kitten": sitting 3, mitten 1, kit 3, bitte 2.
  EXPECT_EQ(nearest_name("kitten", {"sitting", "kit", "bitte", "mitten"}), "mitten");
  EXPECT_EQ(nearest_name("kitten", {"sitting", "bitte", "kit"}), "bitte");
}

TEST(NearestName, TakesTheFirstOfEquallyNearOnes) {
  EXPECT_EQ(nearest_name("b", {"a", "c"}), "a");
  EXPECT_EQ(nearest_name("", {"ab", "c"}), "c");
}

TEST(EnumNames, ConvertBothWays) {
  EXPECT_EQ(to_string(Aggregation::weighted_sum), "weighted_sum");
  EXPECT_EQ(to_string(DataConsistency::variational), "variational");
  EXPECT_EQ(to_string(SeSqueeze::statistics), "statistics");
  EXPECT_EQ(to_string(static_cast<SeSqueeze>(7)), "invalid");
  EXPECT_EQ(enum_value<Aggregation>("concat", "x"), Aggregation::concat);
  EXPECT_EQ(enum_names<Aggregation>(),
            (std::vector<std::string>{"weighted_sum", "concat", "none"}));
}

TEST(EnumNames, RefuseAnUnknownName) {
  try {
    enum_value<Aggregation>("concatenate", "best.pt: aggregation");
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_STREQ(
        error.what(),
        "best.pt: aggregation: found concatenate; expected one of weighted_sum, concat, none. "
        "Did you mean concat?");
  }
}

}  // namespace
}  // namespace dircn::names_test
