// When a phase has begun to overfit.

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "dircn/core/error.h"
#include "dircn/formats/torch_file.h"
#include "support/paths.h"
#include "train/plan/phase_plan.h"

namespace dircn::overfitting_rule_test {
namespace {

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

TEST(OverfittingRule, BeginsAnewWhenItForgets) {
  OverfittingRule rule(2);
  EXPECT_FALSE(rule.overfits(0.5, 0.9));
  EXPECT_FALSE(rule.overfits(0.4, 0.8));
  rule.forget();
  EXPECT_FALSE(rule.overfits(0.6, 0.5));  // the best so far
  EXPECT_FALSE(rule.overfits(0.55, 0.5));
  EXPECT_TRUE(rule.overfits(0.55, 0.4));
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
}  // namespace dircn::overfitting_rule_test
