#include "dircn/formats/pickle_value.h"

#include <gtest/gtest.h>

#include <functional>

#include "dircn/core/error.h"

namespace dircn::pickle_value_test {
namespace {

TEST(PickleValueTest, holdsEveryKind) {
  EXPECT_TRUE(PickleValue().is_none());
  EXPECT_TRUE(PickleValue(true).as_bool());
  EXPECT_EQ(PickleValue(int64_t{1} << 40).as_int(), int64_t{1} << 40);
  EXPECT_EQ(PickleValue(2.5).as_double(), 2.5);
  EXPECT_EQ(PickleValue(3).as_double(), 3.0);
  EXPECT_EQ(PickleValue("text").as_string(), "text");
  EXPECT_EQ(PickleValue(torch::ones({2, 3})).as_tensor().numel(), 6);
  EXPECT_EQ(PickleValue::list({1, "two"}).as_list()[1].as_string(), "two");
  EXPECT_FALSE(PickleValue::list({}).is_tuple());
  EXPECT_TRUE(PickleValue::tuple({}).is_tuple());
  EXPECT_EQ(PickleValue(PickleDict{{"a", 1}}).as_dict().at("a").as_int(), 1);
}

TEST(PickleDictTest, keepsOrderOfInsertion) {
  PickleDict dict{{"b", 1}, {7, 2}, {"a", 3}};
  dict.set("b", 4);
  ASSERT_EQ(dict.size(), 3U);
  EXPECT_EQ(std::get<std::string>(dict.entries()[0].first), "b");
  EXPECT_EQ(dict.entries()[0].second.as_int(), 4);
  EXPECT_EQ(std::get<int64_t>(dict.entries()[1].first), 7);
  EXPECT_EQ(dict.find("7"), nullptr);
  EXPECT_EQ(dict.at(7).as_int(), 2);
}

struct WrongKind {
  const char* name;
  std::function<void()> access;
  const char* message;
};

class PickleValueErrorTest : public ::testing::TestWithParam<WrongKind> {};

TEST_P(PickleValueErrorTest, saysWhatWasFoundAndExpected) {
  try {
    GetParam().access();
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), GetParam().message);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Kinds, PickleValueErrorTest,
    ::testing::Values(
        WrongKind{"Int", [] { PickleValue("x").as_int("m.pth: epoch"); },
                  "m.pth: epoch: found str; expected int"},
        WrongKind{"Bool", [] { PickleValue(1).as_bool("key"); }, "key: found int; expected bool"},
        WrongKind{"Float", [] { PickleValue(true).as_double("key"); },
                  "key: found bool; expected float"},
        WrongKind{"Str", [] { PickleValue(2.0).as_string("key"); },
                  "key: found float; expected str"},
        WrongKind{"Tensor", [] { PickleValue::list({}).as_tensor("key"); },
                  "key: found list; expected torch.Tensor"},
        WrongKind{"List", [] { PickleValue(PickleDict()).as_list("key"); },
                  "key: found dict; expected list or tuple"},
        WrongKind{"Dict", [] { PickleValue::tuple({}).as_dict("key"); },
                  "key: found tuple; expected dict"},
        WrongKind{"None", [] { PickleValue().as_int("key"); }, "key: found None; expected int"},
        WrongKind{"Key",
                  [] {
                    PickleDict({{"a", 1}, {5, 2}}).at("b", "m.pth");
                  },
                  "m.pth: found the keys 'a', 5; expected a key 'b'"}),
    [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace dircn::pickle_value_test
