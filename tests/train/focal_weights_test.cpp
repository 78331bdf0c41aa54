#include "train/loop/focal_weights.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include <cmath>
#include <limits>
#include <vector>

#include "dircn/core/error.h"
#include "dircn/formats/torch_file.h"
#include "support/paths.h"

namespace dircn::focal_weights_test {
namespace {

constexpr double kNowhere = 1.9;  // the difficulty that must not count

/// `count` difficulties, from 0 to below 2.
std::vector<double> difficulties(int count) {
  std::vector<double> values;
  for (int i = 0; i < count; ++i) {
    values.push_back(std::fmod(0.618034 * i, 2.0));
  }
  return values;
}

TEST(FocalWeights, AreOneWithoutGamma) {
  for (const auto by : {FocalBy::zero_filled, FocalBy::prediction}) {
    FocalWeights weights({by, 0});
    EXPECT_FALSE(weights.needs_training_set());
    EXPECT_EQ(weights.weigh(0.1, 0.7), 1);
    EXPECT_EQ(weights.weigh(0, 0), 1);
  }
}

TEST(FocalWeights, OfTheZeroFilledImageHaveTheMeanOneOverTheTrainingSet) {
  for (const double gamma : {0.5, 1.0, 2.0}) {
    FocalWeights weights({FocalBy::zero_filled, gamma});
    EXPECT_TRUE(weights.needs_training_set());
    const auto set = difficulties(50);
    for (const double d : set) {
      weights.add_training_slice(d);
    }
    EXPECT_FALSE(weights.needs_training_set());
    double sum = 0;
    for (const double d : set) {
      sum += weights.weigh(d, kNowhere);
    }
    EXPECT_NEAR(sum / 50, 1, 1e-12) << gamma;
    EXPECT_NEAR(weights.weigh(0.6, kNowhere) / weights.weigh(0.2, kNowhere), std::pow(3, gamma),
                1e-12);
  }
}

TEST(FocalWeights, NeedTheTrainingSetBeforeTheFirstWeight) {
  FocalWeights by_zero_filled({FocalBy::zero_filled, 1});
  EXPECT_THROW(by_zero_filled.weigh(0.5, 0.5), Error);
  EXPECT_FALSE(FocalWeights({FocalBy::prediction, 1}).needs_training_set());
}

TEST(FocalWeights, OfThePredictionLookBackOverTheWindow) {
  const double gamma = 1.5;
  const auto power = [&](double d) { return std::pow(d, gamma); };
  FocalWeights weights({FocalBy::prediction, gamma});
  EXPECT_EQ(weights.weigh(kNowhere, 0.3), 1);
  EXPECT_NEAR(weights.weigh(kNowhere, 0.6), power(0.6) / ((power(0.3) + power(0.6)) / 2), 1e-12);
  for (int64_t i = 0; i < FocalWeights::kWindow - 1; ++i) {
    weights.weigh(kNowhere, 0.2);
  }
  // Of the first two, the window now holds the second alone; with the next one, neither.
  EXPECT_NEAR(weights.weigh(kNowhere, 0.2), 1, 1e-12);
  const auto window = static_cast<double>(FocalWeights::kWindow);
  EXPECT_NEAR(weights.weigh(kNowhere, 0.4),
              power(0.4) / (((window - 1) * power(0.2) + power(0.4)) / window), 1e-10);
}

TEST(FocalWeights, AreFiniteForSlicesWithoutDifficulty) {
  FocalWeights by_prediction({FocalBy::prediction, 0.5});
  EXPECT_EQ(by_prediction.weigh(0, 0), 1);
  EXPECT_EQ(by_prediction.weigh(0, -1e-8), 1);  // 1 - SSIM, rounded
  FocalWeights by_zero_filled({FocalBy::zero_filled, 0.5});
  by_zero_filled.add_training_slice(0);
  EXPECT_EQ(by_zero_filled.weigh(0, 0), 1);
}

TEST(FocalWeights, ContinueFromTheirStateToTheBit) {
  const testing::TemporaryFolder folder;
  for (const auto by : {FocalBy::zero_filled, FocalBy::prediction}) {
    const FocalConfig config{by, 1.7};
    FocalWeights uninterrupted(config);
    FocalWeights resumed(config);
    for (const double d : difficulties(7)) {
      uninterrupted.add_training_slice(d);
      resumed.add_training_slice(d);
    }
    for (const double d : difficulties(1100)) {
      EXPECT_EQ(resumed.weigh(d, 2 - d), uninterrupted.weigh(d, 2 - d));
      if (d < 0.01) {  // the very first and now and then
        save_torch_file(folder / "state.pt", resumed.state());
        resumed = FocalWeights(config);
        resumed.load(load_torch_file(folder / "state.pt").as_dict(), "state");
      }
    }
  }
  FocalWeights empty({FocalBy::prediction, 1});
  save_torch_file(folder / "empty.pt", empty.state());
  empty.load(load_torch_file(folder / "empty.pt").as_dict(), "state");
  EXPECT_EQ(empty.weigh(1, 0.5), 1);
}

TEST(FocalWeights, AskForTheTrainingSetAgainUnderAnotherGamma) {
  FocalWeights before({FocalBy::zero_filled, 1});
  before.add_training_slice(0.5);
  FocalWeights now({FocalBy::zero_filled, 2});
  now.load(before.state(), "state");
  EXPECT_TRUE(now.needs_training_set());
}

TEST(FocalWeights, RefuseWhatIsNoState) {
  FocalWeights weights({FocalBy::prediction, 1});
  const auto good = weights.state();
  const auto refuses = [&](const char* key, const PickleValue& value) {
    PickleDict state = good;
    state.set(key, value);
    try {
      weights.load(state, "last.pt: focal");
    } catch (const Error& error) {
      return error.parts().subject.rfind("last.pt: focal", 0) == 0;
    }
    return false;
  };
  EXPECT_FALSE(refuses("window", torch::ones({3}, torch::kDouble)));
  EXPECT_TRUE(refuses("window", torch::ones({3})));
  EXPECT_TRUE(refuses("window", torch::ones({3, 1}, torch::kDouble)));
  EXPECT_TRUE(refuses("window", torch::ones({FocalWeights::kWindow + 1}, torch::kDouble)));
  EXPECT_TRUE(refuses("window", torch::full({1}, std::nan(""), torch::kDouble)));
  EXPECT_TRUE(refuses("window", 3));
  EXPECT_TRUE(refuses("count", -1));
  EXPECT_TRUE(refuses("sum", std::numeric_limits<double>::infinity()));
  EXPECT_TRUE(refuses("gamma", "one"));
  EXPECT_THROW(weights.load({}, "last.pt: focal"), Error);
}

}  // namespace
}  // namespace dircn::focal_weights_test
