#include "dircn/config/model_config.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>

#include "dircn/config/config.h"
#include "dircn/core/error.h"
#include "support/paths.h"

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

TEST(ModelConfig, WhatBelongsToAnotherNetworkDoesNotCount) {
  ModelConfig varnet = default_model(NetworkName::varnet);
  EXPECT_TRUE(varnet != ModelConfig());
  ModelConfig same = varnet;
  same.groups = 5;
  EXPECT_NO_THROW(same.check());
  EXPECT_TRUE(same == varnet);
  same.pools = 3;
  EXPECT_TRUE(same != varnet);
  same.pools = 9;
  EXPECT_THROW(same.check(), Error);
}

TEST(ModelConfig, KeysOfAnotherNetworkAreRefusedWhereTheyStand) {
  const auto message = [](const std::string& yaml, const std::vector<std::string>& overrides = {}) {
    try {
      parse_config(yaml, "c.yaml", overrides);
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string("no error");
  };
  EXPECT_NE(message("model:\n  name: varnet\n  groups: 2\n")
                .find("c.yaml:3: model.groups: found a key that varnet does not have"),
            std::string::npos);
  EXPECT_NE(message("model: {pools: 3}\n").find("model.pools"), std::string::npos);
  EXPECT_NE(message("", {"model.groups=2", "model.name=varnet"}).find("model.groups"),
            std::string::npos);
}

TEST(ModelConfig, KeysOfAnyNetworkMayStandBesideACheckpointWhereNoneIsNamed) {
  const auto parse = [](const char* model, ModelFrom from) {
    return parse_config(model, "c.yaml", {}, from);
  };
  for (const char* yaml : {"model: {pools: 3}", "model: {channels: 6}"}) {  // 4 groups
    EXPECT_THROW(parse(yaml, ModelFrom::configuration), Error) << yaml;
    EXPECT_NO_THROW(parse(yaml, ModelFrom::checkpoint)) << yaml;
  }
  for (const char* yaml :
       {"model: {pools: 3, name: dircn}", "model: {channels: 6, name: dircn}", "model: {pools: 9}",
        "model: {pool: 3}", "train: {batch: {size: 1, at_once: 2}}"}) {
    EXPECT_THROW(parse(yaml, ModelFrom::checkpoint), Error) << yaml;
  }
  const auto named = parse("model: {name: varnet}", ModelFrom::checkpoint);
  EXPECT_EQ(named.model.channels, 18);
}

TEST(ModelConfig, WhatIsNotSetIsAsTheNamedNetworkHasIt) {
  const auto model = parse_config("model: {cascades: 3, name: varnet}\n", "c.yaml").model;
  EXPECT_EQ(model.cascades, 3);
  EXPECT_EQ(model.channels, 18);
}

// Whoever extends base.yaml, where every key stands, and names another network.
TEST(ModelConfig, NamingAnotherNetworkForgetsWhatFartherFilesSaidOfTheirs) {
  const std::string base = testing::source("configs/base.yaml").string();
  const auto model =
      parse_config("extends: " + base + "\nmodel: {name: varnet, cascades: 3}\n", "c.yaml").model;
  ModelConfig expected = default_model(NetworkName::varnet);
  expected.cascades = 3;
  EXPECT_TRUE(model == expected);
  const auto overridden =
      load_config(base, {"model.cascades=3", "model.name=varnet", "model.name=varnet"}).model;
  EXPECT_TRUE(overridden == expected);
}

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
