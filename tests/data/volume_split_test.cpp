#include "dircn/data/volume_split.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>
#include <numeric>
#include <vector>

#include "dircn/core/error.h"

namespace dircn::volume_split_test {
namespace {

using Volumes = std::vector<int64_t>;

DataConfig split(double share, double subset = 1, int64_t seed = 1) {
  DataConfig config;
  config.validation_share = share;
  config.subset = subset;
  config.split_seed = seed;
  return config;
}

Volumes first(int64_t count) {
  Volumes volumes(static_cast<size_t>(count));
  std::iota(volumes.begin(), volumes.end(), 0);
  return volumes;
}

Volumes together(const Volumes& a, const Volumes& b) {
  Volumes both;
  std::merge(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(both));
  return both;
}

TEST(VolumesOfPart, PartsAreDisjointAndTogetherEverything) {
  for (const int64_t count : {2, 3, 10, 37}) {
    for (const double share : {0.01, 0.2, 0.5, 0.99}) {
      const auto training = volumes_of_part(Part::training, count, split(share));
      const auto validation = volumes_of_part(Part::validation, count, split(share));
      EXPECT_FALSE(training.empty() || validation.empty());
      EXPECT_EQ(together(training, validation), first(count)) << "each volume once";
    }
  }
}

TEST(VolumesOfPart, HaveTheSharesAskedFor) {
  EXPECT_EQ(volumes_of_part(Part::validation, 40, split(0.2)).size(), 8U);
  EXPECT_EQ(volumes_of_part(Part::training, 40, split(0.2, 0.25)).size(), 8U);
  EXPECT_EQ(volumes_of_part(Part::training, 40, split(0, 0.5)).size(), 20U);
  EXPECT_EQ(volumes_of_part(Part::training, 40, split(0, 0.001)).size(), 1U);
  EXPECT_EQ(volumes_of_part(Part::all, 7, split(0.5, 0.5)), first(7));
  EXPECT_EQ(volumes_of_part(Part::training, 7, split(0)), first(7));
}

/// An independent program's MT19937-64 shuffles ten volumes, seed 1, to 5 0 8 7 3 1 9 6 4 2; seed 2
/// to 4 9 8 5 0 7 6 2 3 1.
TEST(VolumesOfPart, AreTheSameOnEveryMachine) {
  EXPECT_EQ(volumes_of_part(Part::validation, 10, split(0.3)), (Volumes{0, 5, 8}));
  EXPECT_EQ(volumes_of_part(Part::training, 10, split(0.3, 0.5)), (Volumes{1, 3, 7, 9}));
  EXPECT_EQ(volumes_of_part(Part::validation, 10, split(0.3, 1, 2)), (Volumes{4, 8, 9}));
}

/// Another share of the rest does not touch what validates.
TEST(VolumesOfPart, SubsetsLeaveTheValidationSetAlone) {
  const auto validation = volumes_of_part(Part::validation, 30, split(0.2));
  EXPECT_EQ(volumes_of_part(Part::validation, 30, split(0.2, 0.1)), validation);
  const auto some = volumes_of_part(Part::training, 30, split(0.2, 0.25));
  const auto more = volumes_of_part(Part::training, 30, split(0.2, 0.5));
  EXPECT_TRUE(std::includes(more.begin(), more.end(), some.begin(), some.end()));
}

TEST(VolumesOfPart, AFolderForValidationSparesTheTrainingSet) {
  DataConfig config = split(0.3);
  config.val = "val";
  EXPECT_EQ(volumes_of_part(Part::training, 10, config), first(10));
  EXPECT_THROW(volumes_of_part(Part::validation, 10, config), Error);
}

TEST(VolumesOfPart, RefusesWhatCannotBeShared) {
  EXPECT_THROW(volumes_of_part(Part::training, 1, split(0.3)), Error);
  EXPECT_THROW(volumes_of_part(Part::validation, 1, split(0.3)), Error);
  EXPECT_THROW(volumes_of_part(Part::validation, 10, split(0)), Error);
  EXPECT_EQ(volumes_of_part(Part::training, 1, split(0)), first(1));
}

}  // namespace
}  // namespace dircn::volume_split_test
