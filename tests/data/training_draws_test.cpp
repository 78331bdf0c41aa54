// What is drawn for the slices of a training set: masks and augmentations.

#include <gtest/gtest.h>
#include <torch/types.h>

#include <string>
#include <vector>

#include "data/draw_mask.h"
#include "data/raw_slice.h"
#include "dircn/core/error.h"
#include "dircn/data/loader.h"
#include "dircn/data/prepared_slice.h"
#include "dircn/data/sample.h"
#include "dircn/mri/fft.h"
#include "support/fov_crop.h"
#include "support/golden.h"
#include "support/image_grids.h"

namespace dircn::training_draws_test {
namespace {

using testing::fov_crop;
using testing::raw_slice;
using testing::relative_max_error;
using testing::whole_grid;

constexpr int64_t kWidth = 40;

SampleOptions with_masks(TrainingMasks masks, int64_t epoch = 0, int64_t seed = 1) {
  SampleOptions options;
  options.draws = TrainingDraws();
  options.draws->masks = masks;
  options.draws->mask = {MaskType::random, {0.1}, {4}};
  options.draws->seed = seed;
  options.draws->epoch = epoch;
  return options;
}

/// Every transform, certainly.
SampleOptions augmented(int64_t seed = 1) {
  SampleOptions options = with_masks(TrainingMasks::file, /*epoch=*/3, seed);
  AugmentationConfig& augmentation = options.draws->augmentation;
  augmentation.flips = 1;
  augmentation.right_angles = 1;
  augmentation.probability = 1;
  options.draws->probability = 1;
  return options;
}

torch::Tensor columns_of(const RawSlice& raw, const SampleOptions& options) {
  const Sample sample = make_sample(raw, 0, options);
  EXPECT_TRUE(torch::equal(sample.kspace, fov_crop(raw.kspace) * sample.mask.flatten()));
  return sample.mask.flatten();
}

void expect_error(const RawSlice& raw, const SampleOptions& options,
                  const std::vector<std::string>& parts) {
  try {
    make_sample(raw, 0, options);
    ADD_FAILURE() << "no error";
  } catch (const Error& error) {
    for (const auto& part : parts) {
      EXPECT_NE(std::string(error.what()).find(part), std::string::npos) << error.what();
    }
  }
}

TEST(TrainingMask, OfTheFileIsWhatItWasWithoutDraws) {
  const RawSlice raw = raw_slice(48, kWidth);
  const Sample plain = make_sample(raw, 0, {});
  const Sample sample = make_sample(raw, 0, with_masks(TrainingMasks::file, 5));
  EXPECT_TRUE(torch::equal(sample.kspace, plain.kspace));
  EXPECT_TRUE(torch::equal(sample.mask, plain.mask));
}

TEST(TrainingMask, FixedFollowsFromTheVolumesName) {
  RawSlice raw = raw_slice(48, kWidth);
  const SampleOptions options = with_masks(TrainingMasks::fixed);
  EXPECT_TRUE(torch::equal(columns_of(raw, options),
                           draw_mask(options.draws->mask, "a.h5", kWidth).columns));
  EXPECT_TRUE(torch::equal(columns_of(raw, with_masks(TrainingMasks::fixed, 7, 9)),
                           columns_of(raw, options)));
  raw.volume = "b.h5";
  EXPECT_TRUE(torch::equal(columns_of(raw, options),
                           draw_mask(options.draws->mask, "b.h5", kWidth).columns));
}

TEST(TrainingMask, RedrawnDiffersBySliceEpochAndSeed) {
  RawSlice raw = raw_slice(48, kWidth);
  const auto first = columns_of(raw, with_masks(TrainingMasks::redrawn));
  EXPECT_TRUE(torch::equal(columns_of(raw, with_masks(TrainingMasks::redrawn)), first));
  EXPECT_FALSE(torch::equal(columns_of(raw, with_masks(TrainingMasks::redrawn, 1)), first));
  EXPECT_FALSE(torch::equal(columns_of(raw, with_masks(TrainingMasks::redrawn, 0, 2)), first));
  raw.name = "a.h5 slice 1";
  EXPECT_FALSE(torch::equal(columns_of(raw, with_masks(TrainingMasks::redrawn)), first));
}

TEST(TrainingMask, RedrawnMixesAccelerations) {
  const RawSlice raw = raw_slice(48, kWidth);
  SampleOptions options = with_masks(TrainingMasks::redrawn);
  options.draws->mask = {MaskType::equispaced, {0.1, 0.1}, {2, 10}};
  int64_t dense = 0;
  for (int64_t epoch = 0; epoch < 40; ++epoch) {
    options.draws->epoch = epoch;
    dense += columns_of(raw, options).sum().item<int64_t>() > 12 ? 1 : 0;
  }
  EXPECT_GT(dense, 5);
  EXPECT_LT(dense, 35);
}

TEST(TrainingMask, DrawnOnesKeepToWhatWasAcquired) {
  RawSlice raw = raw_slice(48, kWidth);
  raw.acquired.slice(0, 0, 15).fill_(false);
  for (const auto masks : {TrainingMasks::fixed, TrainingMasks::redrawn}) {
    const auto columns = columns_of(raw, with_masks(masks));
    EXPECT_FALSE(columns.slice(0, 0, 15).any().item<bool>());
    EXPECT_TRUE(columns.any().item<bool>());
  }
  raw.acquired.zero_();
  expect_error(raw, with_masks(TrainingMasks::fixed), {"a.h5 slice 0", "no column drawn"});
}

TEST(TrainingMask, NeedsFullKspaceWhateverIsDrawn) {
  RawSlice raw = raw_slice(48, kWidth);
  raw.kspace = raw.kspace * raw.mask;
  for (const auto masks : {TrainingMasks::file, TrainingMasks::fixed, TrainingMasks::redrawn}) {
    expect_error(raw, with_masks(masks), {"a.h5 slice 0", "masked already", "fully sampled"});
  }
  expect_error(raw, augmented(), {"a.h5 slice 0", "masked already"});
  EXPECT_NO_THROW(make_sample(raw, 0, {})) << "validation has labels";
  raw.kspace.zero_();
  EXPECT_NO_THROW(make_sample(raw, 0, with_masks(TrainingMasks::fixed))) << "an empty slice";
}

TEST(TrainingMask, NeedsACentre) {
  RawSlice raw = raw_slice(48, kWidth);
  raw.mask = (torch::arange(kWidth) % 4 == 1);
  expect_error(raw, with_masks(TrainingMasks::file), {"a.h5 slice 0", "centre of k-space"});
  SampleOptions all = with_masks(TrainingMasks::file);
  all.calibration = Calibration::all;
  EXPECT_NO_THROW(make_sample(raw, 0, all)) << "maps are made of all samples";
  SampleOptions options = with_masks(TrainingMasks::fixed);
  options.draws->mask = {MaskType::random, {0.01}, {8}};
  expect_error(raw, options, {"centre of k-space", "data.mask.center_fractions"});
}

TEST(TrainingMask, IsNotDrawnInThePlaceOfATwoDimensionalOne) {
  RawSlice raw = raw_slice(48, kWidth);
  raw.mask = (torch::arange(48 * kWidth) % 3 == 0).view({48, kWidth});
  expect_error(raw, with_masks(TrainingMasks::redrawn),
               {"a.h5 slice 0", "2-D mask", "data.training_masks: file"});
}

/// The draw is the same with any mask, so full sampling shows the k-space behind an augmented one.
TEST(AugmentedSample, IsAConsistentPair) {
  for (const bool whole : {false, true}) {
    RawSlice raw = raw_slice(48, kWidth);
    raw.grid = whole ? whole_grid({48, kWidth}) : raw.grid;
    SampleOptions options = augmented();
    const Sample sample = make_sample(raw, 4, options);
    raw.mask = torch::ones({kWidth}, torch::kBool);
    const Sample full = make_sample(raw, 4, options);
    EXPECT_TRUE(torch::equal(sample.kspace, full.kspace * sample.mask.flatten()));
    EXPECT_TRUE(torch::equal(sample.target, combined_image(full.kspace)));
    EXPECT_TRUE(torch::equal(sample.zero_filled, combined_image(sample.kspace)));
    EXPECT_EQ(sample.kspace.scalar_type(), torch::kComplexFloat);
    options.draws.reset();
    const Sample plain = make_sample(raw, 4, options);
    EXPECT_EQ(full.kspace.sizes(), plain.kspace.sizes());
    EXPECT_GT(relative_max_error(full.target, plain.target), 0.05) << "something moved";
  }
}

TEST(AugmentedSample, AugmentsTheCoilImages) {
  const RawSlice raw = raw_slice(48, kWidth);
  SampleOptions options = augmented();
  AugmentationConfig& augmentation = options.draws->augmentation;
  augmentation.right_angles = 0;
  augmentation.rotation = 0;
  augmentation.translation = 0;
  augmentation.scaling = 0;
  augmentation.shear = 0;
  const Sample flipped = make_sample(raw, 0, options);
  const auto expected = torch::flip(ifft2c(fov_crop(raw.kspace)), {1, 2});
  EXPECT_LT(relative_max_error(flipped.kspace, fft2c(expected) * raw.mask), 1e-5);
}

TEST(AugmentedSample, FollowsFromSeedEpochAndSlice) {
  const RawSlice raw = raw_slice(48, kWidth);
  const auto target = [&](int64_t index, const SampleOptions& options) {
    return make_sample(raw, index, options).target;
  };
  const auto first = target(4, augmented());
  EXPECT_TRUE(torch::equal(target(4, augmented()), first));
  EXPECT_FALSE(torch::equal(target(5, augmented()), first));
  EXPECT_FALSE(torch::equal(target(4, augmented(2)), first));
  SampleOptions next = augmented();
  next.draws->epoch = 4;
  EXPECT_FALSE(torch::equal(target(4, next), first));
}

TEST(AugmentedSample, IsMaskedInTwoDimensionsToo) {
  RawSlice raw = raw_slice(48, kWidth);
  raw.grid = whole_grid({48, kWidth});
  raw.mask = (torch::arange(48 * kWidth) % 3 == 2).view({48, kWidth});  // (24, 20) as well
  const Sample sample = make_sample(raw, 0, augmented());
  EXPECT_TRUE(torch::equal(sample.mask[0][0], raw.mask));
  EXPECT_EQ(torch::abs(sample.kspace * raw.mask.logical_not()).max().item<float>(), 0.0F);
}

TEST(AugmentedSample, WithoutADrawKeepsItsBits) {
  const RawSlice raw = raw_slice(48, kWidth);
  SampleOptions options = augmented();
  options.draws->probability = 0;
  const Sample plain = make_sample(raw, 0, {});
  EXPECT_TRUE(torch::equal(make_sample(raw, 0, options).kspace, plain.kspace));
  EXPECT_TRUE(torch::equal(make_sample(raw, 0, options).target, plain.target));
}

TEST(TrainingLoaderOptions, SaysWhatIsDrawnInAnEpoch) {
  DataConfig config;
  config.normalization = Normalization::center_maximum;
  config.normalization_fraction = 0.04;
  config.training_masks = TrainingMasks::redrawn;
  config.mask.accelerations = {5, 6};
  config.augmentation.probability = 0.5;
  config.augmentation.schedule = AugmentationSchedule::linear;
  config.workers = 3;
  const LoaderOptions validation = loader_options(config, torch::kCPU);
  EXPECT_FALSE(validation.sample.draws.has_value());
  const LoaderOptions options = training_loader_options(config, torch::kCPU, 11, 3, 10);
  for (const SampleOptions& sample : {validation.sample, options.sample}) {
    EXPECT_EQ(sample.normalization, Normalization::center_maximum);
    EXPECT_EQ(sample.normalization_fraction, 0.04);
  }
  EXPECT_EQ(options.workers, 3);
  EXPECT_FALSE(options.pin_memory);
  const TrainingDraws& draws = options.sample.draws.value();
  EXPECT_EQ(draws.masks, TrainingMasks::redrawn);
  EXPECT_EQ(draws.mask.accelerations, config.mask.accelerations);
  EXPECT_EQ(draws.seed, 11);
  EXPECT_EQ(draws.epoch, 3);
  EXPECT_DOUBLE_EQ(draws.probability, 0.15);
}

}  // namespace
}  // namespace dircn::training_draws_test
