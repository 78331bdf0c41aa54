#include "dircn/config/model_config.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>

namespace dircn::model_config_test {
namespace {

TEST(ModelConfig, DefaultsAreValid) {
  EXPECT_NO_THROW(ModelConfig().check());
}

TEST(ModelConfig, GroupsMayEqualTheChannels) {
  ModelConfig config;
  config.channels = config.groups = 6;
  EXPECT_NO_THROW(config.check());
}

struct BadModel {
  std::string key;
  std::string expected;
  std::function<void(ModelConfig&)> spoil;
};

class BadModelConfig : public ::testing::TestWithParam<BadModel> {};

TEST_P(BadModelConfig, IsRefusedWithItsKey) {
  ModelConfig config;
  GetParam().spoil(config);
  try {
    config.check();
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.parts().subject, "model." + GetParam().key);
    EXPECT_NE(error.parts().expected.find(GetParam().expected), std::string::npos) << error.what();
  }
}

const BadModel kBadModels[] = {
    {"cascades", "at least 1", [](ModelConfig& c) { c.cascades = 0; }},
    {"cascades", "at most 1000", [](ModelConfig& c) { c.cascades = 1001; }},
    {"channels", "at least 1", [](ModelConfig& c) { c.channels = -16; }},
    {"channels", "at most",
     [](ModelConfig& c) { c.channels = std::numeric_limits<int64_t>::max(); }},
    {"sensitivity_channels", "at least 1", [](ModelConfig& c) { c.sensitivity_channels = 0; }},
    {"groups", "at least 1", [](ModelConfig& c) { c.groups = 0; }},
    {"groups", "a divisor of model.channels, which is 16", [](ModelConfig& c) { c.groups = 3; }},
    {"groups", "a divisor of model.channels, which is 2", [](ModelConfig& c) { c.channels = 2; }},
    {"sensitivity_groups", "at least 1", [](ModelConfig& c) { c.sensitivity_groups = -1; }},
    {"sensitivity_groups", "a divisor of model.sensitivity_channels",
     [](ModelConfig& c) { c.sensitivity_groups = 3; }},
    {"se_ratio", "above 0", [](ModelConfig& c) { c.se_ratio = 0; }},
    {"se_ratio", "at most 1", [](ModelConfig& c) { c.se_ratio = 1.5; }},
    {"se_ratio", "finite",
     [](ModelConfig& c) { c.se_ratio = std::numeric_limits<double>::quiet_NaN(); }},
    {"aggregation", "concat", [](ModelConfig& c) { c.aggregation = static_cast<Aggregation>(9); }},
};

INSTANTIATE_TEST_SUITE_P(Rows, BadModelConfig, ::testing::ValuesIn(kBadModels),
                         [](const auto& row) {
                           return std::to_string(row.index) + "_" + row.param.key;
                         });

// Every single field counts in a comparison.
TEST(ModelConfig, EqualMeansEveryField) {
  const std::function<void(ModelConfig&)> changes[] = {
      [](ModelConfig& c) { c.cascades = 9; },
      [](ModelConfig& c) { c.channels = 32; },
      [](ModelConfig& c) { c.sensitivity_channels = 8; },
      [](ModelConfig& c) { c.groups = 2; },
      [](ModelConfig& c) { c.sensitivity_groups = 1; },
      [](ModelConfig& c) { c.se_ratio = std::nextafter(0.125, 1.0); },
      [](ModelConfig& c) { c.se_squeeze = SeSqueeze::statistics; },
      [](ModelConfig& c) { c.aggregation = Aggregation::none; },
      [](ModelConfig& c) { c.data_consistency = DataConsistency::variational; },
      [](ModelConfig& c) { c.interconnections = false; },
  };
  EXPECT_TRUE(ModelConfig() == ModelConfig());
  EXPECT_FALSE(ModelConfig() != ModelConfig());
  for (const auto& change : changes) {
    ModelConfig changed;
    change(changed);
    EXPECT_TRUE(changed != ModelConfig());
  }
}

}  // namespace
}  // namespace dircn::model_config_test
