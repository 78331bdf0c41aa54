// Training plans: defaults, contradictions, and when a phase has begun to overfit.

#include "dircn/train/phase_plan.h"

#include <gtest/gtest.h>

#include <cmath>

#include "dircn/core/error.h"
#include "dircn/io/torch_file.h"
#include "support/paths.h"
#include "support/random_input.h"

namespace dircn {
namespace {

Config config_with(std::vector<PhaseConfig> phases) {
  Config config;
  config.model = testing::small_model();  // 2 cascades
  config.train.epochs = 7;
  config.train.learning_rate = 1e-3;
  config.train.phases = std::move(phases);
  return config;
}

PhaseConfig phase(int64_t cascades, Transfer transfer = Transfer::none,
                  std::vector<std::string> freeze = {}) {
  PhaseConfig phase;
  phase.cascades = cascades;
  phase.transfer = transfer;
  phase.freeze = std::move(freeze);
  return phase;
}

TEST(Plan, WithoutPhasesIsOneOfTheTrainSection) {
  const auto phases = plan(config_with({}), 0);
  ASSERT_EQ(phases.size(), 1U);
  EXPECT_EQ(phases[0].cascades, 2);
  EXPECT_EQ(phases[0].epochs, 7);
  EXPECT_EQ(phases[0].learning_rate, 1e-3);
  EXPECT_EQ(phases[0].until, PhaseEnd::epochs);
  EXPECT_EQ(plan(config_with({}), 1)[0].cascades, 2);  // what a smaller start grows to
}

// The challenge team's recipe: 5 cascades for 50 epochs, then one more at a time with the
// sensitivity network frozen until that overfits, then the cascades frozen.
TEST(Plan, ResolvesTheTeamsRecipe) {
  PhaseConfig first = phase(5);
  first.epochs = 50;
  std::vector<PhaseConfig> recipe{first};
  for (const int64_t cascades : {6, 7, 8}) {
    PhaseConfig grows = phase(cascades, Transfer::method_3);
    grows.learning_rate = 2e-5;
    grows.until = PhaseEnd::overfitting;
    recipe.push_back(grows);
  }
  PhaseConfig last = phase(0, Transfer::method_2);
  last.learning_rate = 2e-5;
  recipe.push_back(last);
  Config config = config_with(recipe);
  config.model.cascades = 8;
  config.train.epochs = 120;
  config.train.learning_rate = 2e-3;

  struct Row {
    int64_t cascades;
    int64_t epochs;
    double rate;
    Transfer transfer;
    PhaseEnd until;
  };
  const Row expected[] = {{5, 50, 2e-3, Transfer::none, PhaseEnd::epochs},
                          {6, 120, 2e-5, Transfer::method_3, PhaseEnd::overfitting},
                          {7, 120, 2e-5, Transfer::method_3, PhaseEnd::overfitting},
                          {8, 120, 2e-5, Transfer::method_3, PhaseEnd::overfitting},
                          {8, 120, 2e-5, Transfer::method_2, PhaseEnd::epochs}};
  const auto phases = plan(config, 0);
  ASSERT_EQ(phases.size(), std::size(expected));
  for (size_t i = 0; i < phases.size(); ++i) {
    EXPECT_EQ(phases[i].cascades, expected[i].cascades) << i;
    EXPECT_EQ(phases[i].epochs, expected[i].epochs) << i;
    EXPECT_EQ(phases[i].learning_rate, expected[i].rate) << i;
    EXPECT_EQ(phases[i].transfer, expected[i].transfer) << i;
    EXPECT_EQ(phases[i].until, expected[i].until) << i;
  }
}

TEST(Plan, TakesMethod1WhereCascadesAreAdded) {
  EXPECT_EQ(plan(config_with({phase(3, Transfer::method_1)}), 2)[0].cascades, 3);
  EXPECT_EQ(plan(config_with({phase(0), phase(3, Transfer::method_1)}), 0)[1].cascades, 3);
}

TEST(Plan, TriesPatternsAtThePhasesOwnSize) {
  const auto late = phase(3, Transfer::none, {"i_cascades.2.*"});
  EXPECT_EQ(plan(config_with({phase(2), late}), 0).size(), 2U);
}

struct BadPlan {
  const char* name;
  std::vector<PhaseConfig> phases;
  int64_t start_cascades;
  const char* subject;
  const char* in_message;
};

class BadPlanTest : public ::testing::TestWithParam<BadPlan> {};

TEST_P(BadPlanTest, IsAnErrorThatNamesTheKey) {
  const auto& [name, phases, start_cascades, subject, in_message] = GetParam();
  try {
    plan(config_with(phases), start_cascades);
    ADD_FAILURE();
  } catch (const Error& error) {
    EXPECT_EQ(error.parts().subject, subject);
    EXPECT_NE(std::string(error.what()).find(in_message), std::string::npos) << error.what();
  }
}

INSTANTIATE_TEST_SUITE_P(
    All, BadPlanTest,
    ::testing::Values(BadPlan{"Shrinks",
                              {phase(2), phase(4), phase(3)},
                              0,
                              "train.phases[2].cascades",
                              "at least the 4 cascades of train.phases[1]"},
                      BadPlan{"StartIsLarger",
                              {phase(2)},
                              5,
                              "train.phases[0].cascades",
                              "at least the 5 cascades of the network in train.start"},
                      BadPlan{"StartIsLargerThanTheModel", {}, 5, "model.cascades", "found 2"},
                      BadPlan{"Method1AddsNothing",
                              {phase(2), phase(0, Transfer::method_1)},
                              0,
                              "train.phases[1].transfer",
                              "no cascade is added"},
                      BadPlan{"Method1OfTheStartAddsNothing",
                              {phase(0, Transfer::method_1)},
                              2,
                              "train.phases[0].transfer",
                              "no cascade is added"},
                      BadPlan{"Method1WithoutStart",
                              {phase(2, Transfer::method_1)},
                              0,
                              "train.phases[0].transfer",
                              "train.start"},
                      BadPlan{"PatternOfALaterPhase",
                              {phase(2), phase(3, Transfer::none, {"sens_ned.*"})},
                              0,
                              "train.phases[1].freeze",
                              "Did you mean sens_net.*?"},
                      BadPlan{"NothingLeftToTrain",
                              {phase(2), phase(2, Transfer::method_2, {"sens_net.*"})},
                              0,
                              "train.phases[1].freeze",
                              "left to train"}),
    [](const auto& info) { return std::string(info.param.name); });

struct Epoch {
  double loss;
  double score;
  bool overfits;
};

struct Sequence {
  const char* name;
  int64_t patience;
  std::vector<Epoch> epochs;
};

class OverfittingRuleTest : public ::testing::TestWithParam<Sequence> {};

TEST_P(OverfittingRuleTest, SaysWhen) {
  OverfittingRule rule(GetParam().patience);
  int64_t number = 0;
  for (const auto& [loss, score, overfits] : GetParam().epochs) {
    EXPECT_EQ(rule.overfits(loss, score), overfits) << number++;
  }
}

INSTANTIATE_TEST_SUITE_P(
    All, OverfittingRuleTest,
    ::testing::Values(
        Sequence{"Rises", 1, {{0.5, 0.7, false}, {0.4, 0.8, false}, {0.3, 0.9, false}}},
        Sequence{"Falls", 2, {{0.5, 0.7, false}, {0.4, 0.6, false}, {0.3, 0.5, true}}},
        Sequence{"ABetterEpochBeginsAnew",
                 2,
                 {{0.5, 0.7, false},
                  {0.4, 0.6, false},
                  {0.3, 0.8, false},
                  {0.2, 0.7, false},
                  {0.1, 0.6, true}}},
        Sequence{
            "EqualScoresAreNotBetter", 2, {{0.5, 0.7, false}, {0.4, 0.7, false}, {0.3, 0.7, true}}},
        Sequence{"NotWhileTheLossIsNotBelow",
                 2,
                 {{0.5, 0.7, false}, {0.5, 0.6, false}, {0.6, 0.6, false}, {0.7, 0.6, false}}},
        Sequence{"ALossThatIsNotBelowBeginsAnew",
                 2,
                 {{0.5, 0.7, false},
                  {0.4, 0.6, false},
                  {0.5, 0.6, false},
                  {0.4, 0.6, false},
                  {0.4, 0.6, true}}},
        Sequence{"TheLossIsThatOfTheBestEpoch",
                 1,
                 {{0.1, 0.5, false}, {0.4, 0.7, false}, {0.3, 0.6, true}}},
        Sequence{"NegativeScores", 1, {{0.5, -0.7, false}, {0.4, -0.6, false}, {0.3, -0.6, true}}},
        Sequence{"NotANumberIsNotBetter",
                 1,
                 {{0.5, std::nan(""), false}, {0.5, 0.7, false}, {0.4, std::nan(""), true}}}),
    [](const auto& info) { return std::string(info.param.name); });

/// The rule's state by way of a file.
OverfittingRule reloaded(const OverfittingRule& rule, int64_t patience) {
  const testing::TemporaryFolder folder;
  save_torch_file(folder / "rule.pt", rule.state());
  OverfittingRule other(patience);
  other.load(load_torch_file(folder / "rule.pt").as_dict(), "rule.pt");
  return other;
}

TEST(OverfittingRule, ContinuesFromACheckpointToTheBit) {
  const double best = 0.1 + 0.2;  // not a short decimal
  OverfittingRule rule = reloaded(OverfittingRule(2), 2);
  EXPECT_FALSE(rule.overfits(best, best));
  EXPECT_FALSE(rule.overfits(0.1, best));
  OverfittingRule equal = reloaded(rule, 2);
  EXPECT_TRUE(equal.overfits(std::nextafter(best, 0), best));
  OverfittingRule not_below = reloaded(rule, 2);
  EXPECT_FALSE(not_below.overfits(best, best));
  OverfittingRule better = reloaded(rule, 2);
  EXPECT_FALSE(better.overfits(0.1, std::nextafter(best, 1)));
}

TEST(OverfittingRule, RefusesWhatIsNoStateOfIt) {
  const PickleDict good = OverfittingRule(2).state();
  for (const auto& [key, value] : good.entries()) {
    const auto& name = std::get<std::string>(key);
    PickleDict without;
    for (const auto& [other, kept] : good.entries()) {
      if (other != key) {
        without.set(other, kept);
      }
    }
    PickleDict wrong = good;
    wrong.set(key, "text");
    for (const auto& state : {without, wrong}) {
      try {
        OverfittingRule(2).load(state, "last.pt: rule");
        ADD_FAILURE() << name;
      } catch (const Error& error) {
        const std::string message = error.what();
        EXPECT_EQ(message.rfind("last.pt: rule", 0), 0U) << message;
        EXPECT_NE(message.find(name), std::string::npos) << message;
      }
    }
  }
  PickleDict negative = good;
  negative.set("epochs_in_a_row", -1);
  EXPECT_THROW(OverfittingRule(2).load(negative, "last.pt"), Error);
}

}  // namespace
}  // namespace dircn
