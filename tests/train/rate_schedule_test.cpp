#include "train/plan/rate_schedule.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include <cmath>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "dircn/core/error.h"
#include "dircn/formats/torch_file.h"
#include "support/paths.h"
#include "support/python.h"

namespace dircn::rate_schedule_test {
namespace {

constexpr double kRate = 2e-3;
constexpr int64_t kEpochs = 6;
constexpr int64_t kSteps = 5;  // of an epoch

ScheduleConfig config_of(ScheduleKind kind) {
  ScheduleConfig config;
  config.kind = kind;
  config.milestones = {1, 4};
  config.factor = 0.3;
  config.patience = 1;
  config.threshold = 0.01;
  config.lowest = 0.05;
  config.peak_at = 0.4;
  return config;
}

/// Where the n-th step of the phase stands.
PhaseProgress at_step(int64_t n) {
  const auto part = [](int64_t step) {
    return static_cast<double>(step) / static_cast<double>(kSteps);
  };
  return {n / kSteps, part(n % kSteps), part(n % kSteps + 1), kEpochs};
}

std::vector<double> rates_of_steps(const ScheduleConfig& config) {
  const RateSchedule schedule(config, kRate);
  std::vector<double> rates;
  for (int64_t step = 0; step < kEpochs * kSteps; ++step) {
    rates.push_back(schedule.rate(at_step(step)));
  }
  return rates;
}

const std::vector<double> kScores{0.5, 0.6,  0.605, 0.6, 0.7, 0.69, 0.7, 0.706,
                                  0.7, 0.71, 0.6,   0.6, 0.6, 0.6,  0.6, 0.6};

/// The rate of every epoch if validation finds `kScores`.
std::vector<double> rates_of_plateau(const ScheduleConfig& config) {
  RateSchedule schedule(config, kRate);
  std::vector<double> rates;
  for (const double score : kScores) {
    rates.push_back(schedule.rate({0, 0, 1, 1}));
    schedule.validated(score);
  }
  return rates;
}

PickleValue list_of(const std::vector<double>& numbers) {
  return PickleValue::list(PickleValue::List(numbers.begin(), numbers.end()));
}

void expect_rates(const std::vector<double>& rates, const PickleValue& file, const char* name) {
  const auto& expected = file.as_dict().at(name).as_tensor();
  ASSERT_EQ(expected.numel(), static_cast<int64_t>(rates.size())) << name;
  for (size_t i = 0; i < rates.size(); ++i) {
    EXPECT_NEAR(rates[i], expected[static_cast<int64_t>(i)].item<double>(), 1e-9 * kRate)
        << name << ", step " << i;
  }
}

// Step n of N in all: PyTorch's schedules by steps have been stepped n times; T_max = N, and of
// OneCycleLR total_steps = N + 1, since its last step is the end itself. LinearLR over w steps
// begins at 1 / w. Those by epochs are stepped once an epoch.
TEST(RateSchedule, EqualsPyTorchs) {
  DIRCN_NEEDS_PYTHON("torch");
  const auto multi_step = config_of(ScheduleKind::multi_step);
  const int64_t warmup_steps = 7;
  const testing::TemporaryFolder folder;
  save_torch_file(folder / "in.pt", PickleDict{{"rate", kRate},
                                               {"epochs", kEpochs},
                                               {"steps_per_epoch", kSteps},
                                               {"warmup_steps", warmup_steps},
                                               {"milestones", PickleValue::list({1, 4})},
                                               {"factor", multi_step.factor},
                                               {"patience", multi_step.patience},
                                               {"threshold", multi_step.threshold},
                                               {"lowest", multi_step.lowest},
                                               {"peak_at", multi_step.peak_at},
                                               {"scores", list_of(kScores)}});
  const auto script = testing::source("tests/train/python_schedules.py").string();
  ASSERT_EQ(testing::run_python("-W ignore '" + script + "' '" + (folder / "in.pt").string() +
                                "' '" + (folder / "out.pt").string() + "'"),
            0);
  const auto file = load_torch_file(folder / "out.pt");
  std::vector<double> of_epochs;
  const auto of_steps = rates_of_steps(multi_step);
  for (size_t i = 0; i < of_steps.size(); i += kSteps) {
    of_epochs.push_back(of_steps[i]);
    EXPECT_EQ(of_steps[i], of_steps[i + kSteps - 1]);
  }
  expect_rates(of_epochs, file, "multi_step");
  expect_rates(rates_of_steps(config_of(ScheduleKind::cosine)), file, "cosine");
  expect_rates(rates_of_steps(config_of(ScheduleKind::one_cycle)), file, "one_cycle");
  expect_rates(rates_of_plateau(config_of(ScheduleKind::plateau)), file, "plateau");
  auto warm = config_of(ScheduleKind::constant);
  warm.warmup = static_cast<double>(warmup_steps) / static_cast<double>(kSteps);
  expect_rates(rates_of_steps(warm), file, "warmup");
  warm.kind = ScheduleKind::cosine;
  warm.lowest = 0;
  expect_rates(rates_of_steps(warm), file, "warmup_cosine");
}

TEST(RateSchedule, ConstantStaysAndMultiStepFallsAtItsMilestones) {
  const auto at_epoch = [](ScheduleKind kind, int64_t epoch) {
    return RateSchedule(config_of(kind), kRate).rate({epoch, 0.9, 1, kEpochs}) / kRate;
  };
  EXPECT_EQ(at_epoch(ScheduleKind::constant, 5), 1);
  EXPECT_EQ(at_epoch(ScheduleKind::multi_step, 0), 1);
  EXPECT_DOUBLE_EQ(at_epoch(ScheduleKind::multi_step, 1), 0.3);
  EXPECT_DOUBLE_EQ(at_epoch(ScheduleKind::multi_step, 3), 0.3);
  EXPECT_DOUBLE_EQ(at_epoch(ScheduleKind::multi_step, 4), 0.09);
}

TEST(RateSchedule, CurvesHaveTheirEndsAndMiddles) {
  const auto at = [](ScheduleKind kind, double part) {
    return RateSchedule(config_of(kind), kRate).rate({0, part, part, 1}) / kRate;
  };
  EXPECT_DOUBLE_EQ(at(ScheduleKind::cosine, 0), 1);
  EXPECT_NEAR(at(ScheduleKind::cosine, 0.5), (1 + 0.05) / 2, 1e-12);
  EXPECT_NEAR(at(ScheduleKind::cosine, 1), 0.05, 1e-12);
  EXPECT_NEAR(at(ScheduleKind::one_cycle, 0), 0.04, 1e-12);
  EXPECT_NEAR(at(ScheduleKind::one_cycle, 0.2), (1 + 0.04) / 2, 1e-12);
  EXPECT_NEAR(at(ScheduleKind::one_cycle, 0.4), 1, 1e-12);
  EXPECT_NEAR(at(ScheduleKind::one_cycle, 1), 4e-6, 1e-12);
}

TEST(RateSchedule, WarmsUpWithinAnEpochToo) {
  auto config = config_of(ScheduleKind::constant);
  config.warmup = 0.4;
  const RateSchedule schedule(config, kRate);
  EXPECT_DOUBLE_EQ(schedule.rate({0, 0, 0.1, 1}), kRate / 4);
  EXPECT_DOUBLE_EQ(schedule.rate({0, 0.3, 0.4, 1}), kRate);
  EXPECT_DOUBLE_EQ(schedule.rate({3, 0, 0.1, 9}), kRate);
}

TEST(RateSchedule, OnlyPlateauWatchesValidation) {
  for (const auto kind : {ScheduleKind::constant, ScheduleKind::multi_step, ScheduleKind::cosine,
                          ScheduleKind::one_cycle, ScheduleKind::plateau}) {
    RateSchedule schedule(config_of(kind), kRate);
    const double before = schedule.rate(at_step(3));
    for (int i = 0; i < 5; ++i) {
      schedule.validated(0.5);
    }
    EXPECT_EQ(schedule.rate(at_step(3)) != before, kind == ScheduleKind::plateau);
  }
}

TEST(RateSchedule, ContinuesFromItsState) {
  const auto config = config_of(ScheduleKind::plateau);
  const auto uninterrupted = rates_of_plateau(config);
  EXPECT_LT(uninterrupted.back(), uninterrupted.front());
  const testing::TemporaryFolder folder;
  RateSchedule schedule(config, kRate);
  for (size_t i = 0; i < kScores.size(); ++i) {
    save_torch_file(folder / "state.pt", schedule.state());  // at first the best is minus infinity
    schedule = RateSchedule(config, kRate);
    schedule.load(load_torch_file(folder / "state.pt").as_dict(), "state");
    EXPECT_EQ(schedule.rate({0, 0, 1, 1}), uninterrupted[i]) << i;
    schedule.validated(kScores[i]);
  }
}

TEST(RateSchedule, RefusesWhatIsNoState) {
  RateSchedule schedule(config_of(ScheduleKind::plateau), kRate);
  const auto good = schedule.state();
  const auto refuses = [&](const char* key, const PickleValue& value) {
    PickleDict state = good;
    state.set(key, value);
    try {
      schedule.load(state, "last.pt: schedule");
    } catch (const Error& error) {
      return error.parts().subject.rfind("last.pt: schedule", 0) == 0;
    }
    return false;
  };
  EXPECT_FALSE(refuses("best", 0.5));
  EXPECT_TRUE(refuses("best", std::numeric_limits<double>::quiet_NaN()));
  EXPECT_TRUE(refuses("best", "high"));
  EXPECT_TRUE(refuses("plateau_factor", 1.5));
  EXPECT_TRUE(refuses("plateau_factor", -0.5));
  EXPECT_TRUE(refuses("epochs_worse", -1));
  EXPECT_TRUE(refuses("epochs_worse", 0.5));
  EXPECT_THROW(schedule.load({}, "last.pt: schedule"), Error);
}

}  // namespace
}  // namespace dircn::rate_schedule_test
