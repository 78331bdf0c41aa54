// Training plans: defaults and contradictions.

#include "train/plan/phase_plan.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "dircn/core/error.h"
#include "support/random_input.h"

namespace dircn::phase_plan_test {
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

TEST(Plan, TakesTheOtherMethodsWhereThereIsANetworkBefore) {
  for (const Transfer method : {Transfer::method_2, Transfer::method_3}) {
    EXPECT_EQ(plan(config_with({phase(0, method)}), 2)[0].transfer, method);
    EXPECT_EQ(plan(config_with({phase(0), phase(0, method)}), 0)[1].transfer, method);
  }
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
                              "method_1 where there is no network before"},
                      BadPlan{"Method2WithoutStart",
                              {phase(0, Transfer::method_2)},
                              0,
                              "train.phases[0].transfer",
                              "method_2 where there is no network before"},
                      BadPlan{"Method3WithoutStart",
                              {phase(0, Transfer::method_3), phase(0)},
                              0,
                              "train.phases[0].transfer",
                              "method_3 where there is no network before"},
                      BadPlan{"MethodsWantAStart",
                              {phase(0, Transfer::method_3)},
                              0,
                              "train.phases[0].transfer",
                              "Set train.start, or begin with a phase without a method."},
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

}  // namespace
}  // namespace dircn::phase_plan_test
