#include "dircn/score/bootstrap.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "support/paths.h"
#include "support/python.h"

namespace dircn::bootstrap_test {
namespace {

Stratum numbers(int count, double first, double step) {
  Stratum stratum;
  for (int i = 0; i < count; ++i) {
    stratum.push_back({first + step * std::fmod(i * 0.618034, 1.0), 1});
  }
  return stratum;
}

TEST(Bootstrap, MeansAreThoseOfStrataOfClusters) {
  EXPECT_DOUBLE_EQ(mean_of_strata({{{6, 2}, {4, 3}}}), 2);
  EXPECT_DOUBLE_EQ(mean_of_strata({{{6, 2}, {4, 3}}, {{8, 1}}}), 5);
}

// The central limit theorem: 1.96 standard errors to either side.
TEST(Bootstrap, IsTheNormalIntervalOfManyValues) {
  const Stratum many = numbers(2000, 1, 2);  // evenly from 1 to 3
  const double standard_error = 2 / std::sqrt(12.0) / std::sqrt(2000.0);
  const double mean = mean_of_strata({many});
  const Interval interval = bootstrap_mean({many}, {0.95, 40000, 1});
  EXPECT_NEAR(interval.low, mean - 1.96 * standard_error, 0.06 * standard_error);
  EXPECT_NEAR(interval.high, mean + 1.96 * standard_error, 0.06 * standard_error);
  const Interval narrow = bootstrap_mean({many}, {0.6827, 10000, 1});
  EXPECT_NEAR(narrow.high - narrow.low, 2 * standard_error, 0.1 * standard_error);
}

TEST(Bootstrap, AddsUpTheVariancesOfStrata) {
  const Stratum many = numbers(2000, 1, 2);
  const auto width = [](const Interval& interval) { return interval.high - interval.low; };
  const double one = width(bootstrap_mean({many}));
  EXPECT_NEAR(width(bootstrap_mean({many, many, many, many})), one / 2, 0.05 * one);
}

TEST(Bootstrap, KeepsClustersTogether) {
  // Ten slices that agree within each of twenty volumes say no more than one of each would.
  Stratum single;
  Stratum tenfold;
  for (const auto& cluster : numbers(20, 0, 1)) {
    single.push_back(cluster);
    tenfold.push_back({10 * cluster.sum, 10});
  }
  const Interval one = bootstrap_mean({single});
  const Interval ten = bootstrap_mean({tenfold});
  EXPECT_NEAR(ten.low, one.low, 1e-12);
  EXPECT_NEAR(ten.high, one.high, 1e-12);
}

TEST(Bootstrap, FollowsItsSeed) {
  const std::vector<Stratum> strata = {numbers(7, 0, 1)};
  EXPECT_EQ(bootstrap_mean(strata, {0.95, 500, 3}).low, bootstrap_mean(strata, {0.95, 500, 3}).low);
  EXPECT_NE(bootstrap_mean(strata, {0.95, 500, 3}).low, bootstrap_mean(strata, {0.95, 500, 4}).low);
}

TEST(Bootstrap, OfASingleClusterIsAPoint) {
  const Interval interval = bootstrap_mean({{{6, 3}}});
  EXPECT_DOUBLE_EQ(interval.low, 2);
  EXPECT_DOUBLE_EQ(interval.high, 2);
}

// Both draw by chance, so they agree to a few hundredths of the interval's width.
TEST(Bootstrap, AgreesWithScipy) {
  DIRCN_NEEDS_PYTHON("scipy");
  const testing::TemporaryFolder folder;
  testing::write_file(folder / "check.py", R"(
import numpy, scipy.stats, sys
low, high = float(sys.argv[1]), float(sys.argv[2])
sums = numpy.array([3.0, 1.0, 4.0, 1.5, 9.0, 2.6])
counts = numpy.array([2.0, 1.0, 3.0, 1.0, 4.0, 2.0])
mean = lambda s, n, axis=-1: s.sum(axis) / n.sum(axis)
theirs = scipy.stats.bootstrap((sums, counts), mean, paired=True, vectorized=True, n_resamples=20000,
                               method='percentile', random_state=1).confidence_interval
width = theirs.high - theirs.low
assert abs(theirs.low - low) < 0.03 * width and abs(theirs.high - high) < 0.03 * width, (theirs, low, high)
)");
  const Interval ours =
      bootstrap_mean({{{3, 2}, {1, 1}, {4, 3}, {1.5, 1}, {9, 4}, {2.6, 2}}}, {0.95, 20000, 1});
  EXPECT_EQ(testing::run_python((folder / "check.py").string() + " " + std::to_string(ours.low) +
                                " " + std::to_string(ours.high)),
            0);
}

}  // namespace
}  // namespace dircn::bootstrap_test
