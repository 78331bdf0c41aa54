// Training in any unit of the data: where its loss has none, it is the same; where the unit and the
// loss do not go together, it says so.

#include "train/loop/data_scale.h"

#include <gtest/gtest.h>
#include <torch/types.h>
#include <torch/utils.h>

#include <cmath>
#include <string>

#include "dircn/core/error.h"
#include "dircn/core/log.h"
#include "small_run.h"
#include "support/paths.h"
#include "support/small_set.h"
#include "train/loop/trainer.h"

namespace dircn::data_scale_test {
namespace {

using testing::lines_of;
using testing::never;

Sample sample_in(double unit) {
  Sample sample;
  sample.kspace = torch::full({2, 8, 8}, unit, torch::kComplexFloat);
  sample.target = torch::full({8, 8}, unit, torch::kFloat);
  return sample;
}

LossConfig loss_of(double gaussian_ssim, double l1, double mse) {
  LossConfig loss;
  loss.weights = {};
  loss.weights[LossTerm::gaussian_ssim] = gaussian_ssim;
  loss.weights[LossTerm::l1] = l1;
  loss.weights[LossTerm::mse] = mse;
  return loss;
}

bool is_problem(double unit, const LossConfig& loss) {
  return scale_problem(sample_in(unit), loss).has_value();
}

TEST(DataScale, IsNoProblemWhereTheLossHearsEveryTermOrNeedsNone) {
  for (const double unit : {1e-12, 1e-9, 1e-4, 1.0, 100.0}) {
    EXPECT_FALSE(is_problem(unit, loss_of(1, 1, 0))) << unit;
  }
  for (const double unit : {1e-12, 1e-9, 1.0, 1e10}) {
    EXPECT_FALSE(is_problem(unit, loss_of(1, 0, 0))) << unit;
  }
  EXPECT_FALSE(is_problem(1e-4, loss_of(0, 1, 0)));
  EXPECT_FALSE(is_problem(1e10, loss_of(0, 1, 0)));
  EXPECT_FALSE(is_problem(0, LossConfig()));
}

TEST(DataScale, IsAProblemWhereOneTermIsTheLossOrNoneIsLarge) {
  EXPECT_TRUE(is_problem(1e10, loss_of(1, 1, 0)));
  EXPECT_TRUE(is_problem(1e4, loss_of(1, 0, 1)));
  EXPECT_TRUE(is_problem(1e-9, loss_of(0, 1, 0)));
  EXPECT_TRUE(is_problem(1e-4, loss_of(0, 0, 1)));
  EXPECT_TRUE(is_problem(1e10, loss_of(0, 0, 1)));
}

TEST(DataScale, IsNoProblemOfANormalisedLoss) {
  for (const double unit : {1e-12, 1e-9, 1.0, 1e10}) {
    Sample sample = sample_in(unit);
    sample.scale = unit;
    EXPECT_FALSE(scale_problem(sample, loss_of(1, 1, 0))) << unit;
    EXPECT_FALSE(scale_problem(sample, loss_of(0, 0, 1))) << unit;
  }
}

TEST(DataScale, IsAProblemOfAnyLossWhereSquaresAreNoNumbers) {
  for (const double unit : {1e-30, 1e30}) {
    const auto problem = scale_problem(sample_in(unit), loss_of(1, 0, 0));
    ASSERT_TRUE(problem.has_value()) << unit;
    EXPECT_NE(problem->found.find(unit > 1 ? "1e+30" : "1e-30"), std::string::npos);
  }
}

class TrainingInUnits : public testing::SmallRun {
 protected:
  /// One epoch on the small set times `unit`.
  Config config_in(double unit) const {
    const auto set = folder_ / ("set" + std::to_string(std::ilogb(unit)));
    testing::write_small_set(set, {2, 2, 2, 48, 40, 32, 1, 0.7, unit});
    Config settings = config();
    settings.data.train = set.string();
    settings.data.val = "";
    settings.train.epochs = 1;
    settings.train.schedule.milestones = {};
    return settings;
  }

  static void expect_equal_runs(const RunFolder& found, const RunFolder& expected) {
    const auto steps = lines_of(found.metrics(), "step");
    const auto others = lines_of(expected.metrics(), "step");
    ASSERT_EQ(steps.size(), 4U);
    for (size_t i = 0; i < steps.size(); ++i) {
      for (const char* key : {"loss", "loss_terms", "gtSSIM", "predSSIM"}) {
        EXPECT_EQ(steps[i].at(key), others.at(i).at(key)) << key;
      }
    }
  }

  /// Trains in units that are powers of two, by which numbers are multiplied exactly.
  template <typename Change>
  void expect_no_unit(const Change& change) const {
    const auto train = [&](double unit, const RunFolder& run) {
      Config settings = config_in(unit);
      change(settings);
      Trainer trainer(settings, torch::kCPU, run);
      EXPECT_TRUE(trainer.run(never));
      return trainer.network();
    };
    const RunFolder one(folder_ / "one");
    const Network expected = train(1, one);
    for (const int exponent : {-40, -30, 30, 40}) {
      SCOPED_TRACE(exponent);
      const RunFolder run(folder_ / ("run" + std::to_string(exponent)));
      const Network found = train(std::ldexp(1.0, exponent), run);
      EXPECT_EQ(testing::difference(found, expected), 0);
      expect_equal_runs(run, one);
    }
  }
};

TEST_F(TrainingInUnits, IsTheSameToTheBitBySsim) {
  expect_no_unit([](Config& config) {
    config.train.loss.weights[LossTerm::l1] = 0;
    config.train.loss.focal = {FocalBy::zero_filled, 1};
  });
}

TEST_F(TrainingInUnits, IsTheSameToTheBitByANormalisedLoss) {
  expect_no_unit([](Config& config) {
    config.train.loss.weights[LossTerm::mse] = 1;
    config.data.normalization = Normalization::zero_filled_maximum;
  });
}

TEST_F(TrainingInUnits, SaysSoWhereTheLossHasOne) {
  Config settings = config_in(1e10);
  const auto log_of = [&](const std::string& name) {
    const RunFolder run(folder_ / name);
    set_log_file(run.log().string());
    EXPECT_TRUE(Trainer(settings, torch::kCPU, run).run(never)) << name;
    return testing::read_file(run.log());
  };
  const std::string cure = "set data.normalization: zero_filled_maximum";
  EXPECT_NE(log_of("plain").find("SSIM does not count beside them; to mend that, " + cure),
            std::string::npos);
  settings.data.normalization = Normalization::zero_filled_maximum;
  EXPECT_EQ(log_of("normalised").find(cure), std::string::npos);
}

TEST_F(TrainingInUnits, BlamesTheUnitWhereNumbersOverflow) {
  const RunFolder run(folder_ / "run");
  try {
    Trainer(config_in(1e30), torch::kCPU, run).run(never);
    FAIL() << "trained on what has no squares";
  } catch (const Error& error) {
    EXPECT_NE(error.parts().found.find("k-space reaches "), std::string::npos) << error.what();
    EXPECT_NE(error.parts().advice.find("multiply k-space"), std::string::npos) << error.what();
    EXPECT_EQ(error.parts().advice.find("learning_rate"), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace dircn::data_scale_test
