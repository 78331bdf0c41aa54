// train.phases: a list of maps.

#include <gtest/gtest.h>

#include <sstream>

#include "dircn/config/config.h"
#include "support/paths.h"

namespace dircn::phases_test {
namespace {

namespace fs = std::filesystem;

Config parse(const std::string& yaml, const std::vector<std::string>& overrides = {}) {
  return parse_config(yaml, "c.yaml", overrides);
}

std::string message_of(const std::string& yaml, const std::vector<std::string>& overrides = {}) {
  try {
    parse(yaml, overrides);
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

void expect_message(const std::string& message, const std::string& start) {
  EXPECT_EQ(message.substr(0, start.size()), start);
}

constexpr const char* kPlan = R"(train:
  phases:
  - {cascades: 5, epochs: 50}
  - cascades: 6
    learning_rate: 2e-5
    added: copy
    transfer: method_3
    freeze: [i_cascades.0.*, "*.bias"]
    until: overfitting
    patience: 2
  - {}
)";

TEST(Phases, AreReadWithTheirDefaults) {
  const std::vector<PhaseConfig> phases = parse(kPlan).train.phases;
  ASSERT_EQ(phases.size(), 3U);
  EXPECT_EQ(phases[0].cascades, 5);
  EXPECT_EQ(phases[0].epochs, 50);
  EXPECT_EQ(phases[0].learning_rate, 0);
  EXPECT_EQ(phases[0].transfer, Transfer::none);
  EXPECT_EQ(phases[1].cascades, 6);
  EXPECT_EQ(phases[1].epochs, 0);
  EXPECT_EQ(phases[1].learning_rate, 2e-5);
  EXPECT_EQ(phases[1].added, AddedCascades::copy);
  EXPECT_EQ(phases[1].transfer, Transfer::method_3);
  EXPECT_EQ(phases[1].freeze, (std::vector<std::string>{"i_cascades.0.*", "*.bias"}));
  EXPECT_EQ(phases[1].until, PhaseEnd::overfitting);
  EXPECT_EQ(phases[1].patience, 2);
  EXPECT_EQ(phases[2].cascades, 0);
  EXPECT_EQ(phases[2].patience, 3);
}

TEST(Phases, PrintedYamlReadsBackToTheSame) {
  Config config = parse(kPlan);
  config.train.phases[0].freeze = {"a, b]}", "\"", "", "# x: y"};
  config.train.phases[0].learning_rate = 1.0 / 3;
  const std::string yaml = to_yaml(config);
  EXPECT_NE(yaml.find(R"(  phases: [{cascades: 5, )"), std::string::npos) << yaml;
  const Config back = parse(yaml);
  EXPECT_EQ(to_yaml(back), yaml);
  ASSERT_EQ(back.train.phases.size(), 3U);
  EXPECT_EQ(back.train.phases[0].freeze, config.train.phases[0].freeze);
  EXPECT_EQ(back.train.phases[0].learning_rate, 1.0 / 3);
  EXPECT_EQ(back.train.phases[1].transfer, Transfer::method_3);
  EXPECT_EQ(back.train.phases[1].added, AddedCascades::copy);
  EXPECT_EQ(back.train.phases[1].until, PhaseEnd::overfitting);
}

TEST(Phases, OfANearerFileOrAnOverrideReplaceTheList) {
  const Config config = parse(kPlan, {"train.phases=[{transfer: method_1}, {epochs: 2}]"});
  ASSERT_EQ(config.train.phases.size(), 2U);
  EXPECT_EQ(config.train.phases[0].cascades, 0);
  EXPECT_EQ(config.train.phases[0].transfer, Transfer::method_1);
  EXPECT_EQ(config.train.phases[1].epochs, 2);
  EXPECT_TRUE(parse(kPlan, {"train.phases=[]"}).train.phases.empty());
}

TEST(Phases, DifferAsAWhole) {
  const Config before = parse("train: {phases: [{epochs: 2}]}");
  const auto found = differences(before, parse("train: {phases: [{epochs: 3}]}"));
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].key, "train.phases");
  EXPECT_NE(found[0].before.find("epochs: 2"), std::string::npos) << found[0].before;
  EXPECT_NE(found[0].now.find("epochs: 3"), std::string::npos) << found[0].now;
  EXPECT_TRUE(differences(before, before).empty());
}

TEST(BadPhases, NameTheElementAndItsLine) {
  const std::string head = "train:\n  phases:\n  - {epochs: 3}\n";
  expect_message(message_of("train: {phases: 3}"),
                 "c.yaml:1: train.phases: found 3; expected a li");
  expect_message(message_of("train: {phases: {epochs: 3}}"),
                 "c.yaml:1: train.phases: found a map;");
  expect_message(message_of(head + "  - 5\n"),
                 "c.yaml:4: train.phases[1]: found 5; expected a map with keys of cascades, "
                 "learning_rate, epochs, added, transfer, freeze, until, patience");
  expect_message(message_of(head + "  - epochs: many\n"),
                 "c.yaml:4: train.phases[1].epochs: found many; expected an integer of at least 0");
  expect_message(message_of(head + "  - cascades: 5\n    learning_rate: -1\n"),
                 "c.yaml:5: train.phases[1].learning_rate: found -1.0; expected a finite number");
  expect_message(message_of(head + "  - {transfer: method_4}\n"),
                 "c.yaml:4: train.phases[1].transfer: found method_4; expected one of none,");
  expect_message(message_of(head + "  - {freeze: [[a]]}\n"),
                 "c.yaml:4: train.phases[1].freeze[0]: found a list; expected a text");
  expect_message(message_of(head + "  - epochs: 1\n    epochs: 2\n"),
                 "c.yaml:5: train.phases[1].epochs: found the key a second time (first in line 4)");
  expect_message(message_of("", {"train.phases=[{epochs: -1}]"}),
                 "--set train.phases=[{epochs: -1}]: train.phases[0].epochs: found -1;");
}

TEST(BadPhases, SuggestTheNearestKey) {
  expect_message(message_of("train:\n  phases:\n  - cascades: 5\n    epoch: 3\n"),
                 "c.yaml:4: train.phases[0].epoch: found an unknown key; expected one of cascades, "
                 "learning_rate, epochs, added, transfer, freeze, until, patience. Did you mean "
                 "epochs?");
  const std::string elsewhere = message_of("train: {phases: [{seed: 3}]}");
  EXPECT_NE(elsewhere.find("Did you mean train.seed?"), std::string::npos) << elsewhere;
  const std::string brought = message_of("train: {phases: [{lr: 3}]}");
  EXPECT_NE(brought.find("Did you mean learning_rate?"), std::string::npos) << brought;
  const std::string within = message_of("train: {transfer: method_1}");
  EXPECT_NE(within.find("Did you mean train.phases[].transfer?"), std::string::npos) << within;
}

// Values that no file set, but a program: the subject is the element's key.
TEST(BadPhases, AreFoundByCheck) {
  Config config;
  config.train.phases.resize(2);
  config.train.phases[1].patience = 0;
  try {
    config.check();
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.parts().subject, "train.phases[1].patience");
  }
}

void expect_challenge_recipe(const std::vector<PhaseConfig>& phases) {
  ASSERT_EQ(phases.size(), 5U);
  EXPECT_EQ(phases[0].cascades, 5);
  EXPECT_EQ(phases[0].epochs, 50);
  EXPECT_EQ(phases[0].transfer, Transfer::none);
  for (size_t i = 1; i < 5; ++i) {
    EXPECT_EQ(phases[i].cascades, i < 4 ? static_cast<int64_t>(5 + i) : 0);
    EXPECT_EQ(phases[i].transfer, i < 4 ? Transfer::method_3 : Transfer::method_2);
    EXPECT_EQ(phases[i].learning_rate, 2e-5);
    EXPECT_EQ(phases[i].until, PhaseEnd::overfitting);
  }
}

TEST(ShippedConfigs, TransferIsTheChallengeTeamsRecipe) {
  expect_challenge_recipe(load_config(testing::source("configs/transfer.yaml")).train.phases);
}

// The commented example of base.yaml, without its comment signs.
TEST(ShippedConfigs, BaseHasAnExampleOfPhases) {
  std::istringstream lines(testing::read_file(testing::source("configs/base.yaml")));
  std::string yaml = "train:\n";
  for (std::string line; std::getline(lines, line);) {
    if (line == "  # phases:" || line.rfind("  #   - {", 0) == 0) {
      yaml += "  " + line.substr(4) + "\n";
    }
  }
  const std::vector<PhaseConfig> phases = parse(yaml).train.phases;
  ASSERT_EQ(phases.size(), 2U);
  EXPECT_EQ(phases[0].cascades, 7);
  EXPECT_EQ(phases[0].epochs, 50);
  EXPECT_EQ(phases[1].cascades, 8);
  EXPECT_EQ(phases[1].transfer, Transfer::method_3);
  EXPECT_EQ(phases[1].until, PhaseEnd::overfitting);
}

TEST(ShippedConfigs, BaseExplainsEveryKeyOfAPhase) {
  const std::string base = testing::read_file(testing::source("configs/base.yaml"));
  for (const char* key : {"cascades", "learning_rate", "epochs", "added", "transfer", "freeze",
                          "until", "patience"}) {
    EXPECT_NE(base.find("\n  #   " + std::string(key) + "  "), std::string::npos) << key;
  }
}

}  // namespace
}  // namespace dircn::phases_test
