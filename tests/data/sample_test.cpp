#include "dircn/data/sample.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include <string>

#include "data/raw_slice.h"
#include "dircn/data/prepared_slice.h"
#include "dircn/mri/coils.h"
#include "dircn/mri/crop.h"
#include "dircn/mri/fft.h"
#include "support/challenge_files.h"
#include "support/devices.h"
#include "support/golden.h"
#include "support/image_grids.h"
#include "support/paths.h"

namespace dircn::sample_test {
namespace {

using testing::as_complex;
using testing::GoldenFile;
using testing::raw_slice;
using testing::relative_max_error;
using testing::some_columns;
using testing::whole_grid;

torch::Tensor image_of(const torch::Tensor& kspace) {
  return root_sum_of_squares(ifft2c(kspace.unsqueeze(0)))[0][0];
}

/// What the challenge team's own loader returns for every slice of two volumes.
void expect_reference_samples(SliceSet::Labels labels, const std::string& split) {
  const GoldenFile file("S5_h5_loader.pth");
  const SliceSet set(testing::golden("S5_h5"), labels, split);
  ASSERT_EQ(set.size(), file.integer(split + ".len"));
  for (int64_t i = 0; i < set.size(); ++i) {
    const auto key = [&](const std::string& of, const char* name) {
      return of + "." + std::to_string(i) + "." + name;
    };
    const Sample sample = make_sample(set.read(i), i, {});
    EXPECT_EQ(set.volume_of(i).relative, file.text(key(split, "file")));
    EXPECT_EQ(set.slice_of(i), file.integer(key(split, "slice")));
    EXPECT_EQ(sample.index, i);
    EXPECT_LT(relative_max_error(sample.kspace, as_complex(file.tensor(key("train", "train")))),
              2e-6);
    EXPECT_LT(relative_max_error(sample.zero_filled, file.tensor(key("train", "raw"))), 2e-6);
    EXPECT_LT(relative_max_error(sample.target, file.tensor(key(split, "target"))), 2e-6);
    EXPECT_TRUE(
        torch::equal(sample.mask.flatten(), file.tensor(key(split, "mask")).flatten() == 1));
  }
}

TEST(MakeSample, EqualsTheReferencesTrainingSamples) {
  expect_reference_samples(SliceSet::Labels::kIgnored, "train");
}

TEST(MakeSample, EqualsTheReferencesValidationSamples) {
  expect_reference_samples(SliceSet::Labels::kRequired, "val");
}

TEST(MakeSample, HasTheShapesAndTypesOfTheNetwork) {
  const Sample sample = make_sample(raw_slice(14, 9), 5, {});
  EXPECT_EQ(sample.index, 5);
  EXPECT_EQ(sample.kspace.sizes(), torch::IntArrayRef({3, 9, 9}));
  EXPECT_EQ(sample.kspace.scalar_type(), torch::kComplexFloat);
  EXPECT_EQ(sample.mask.sizes(), torch::IntArrayRef({1, 1, 1, 9}));
  EXPECT_EQ(sample.mask.scalar_type(), torch::kBool);
  for (const auto& image : {sample.zero_filled, sample.target}) {
    EXPECT_EQ(image.sizes(), torch::IntArrayRef({9, 9}));
    EXPECT_EQ(image.scalar_type(), torch::kFloat);
  }
}

TEST(MakeSample, WithEveryColumnTheInputIsTheTarget) {
  RawSlice raw = raw_slice(14, 9);
  raw.mask = torch::ones({9}, torch::kBool);
  const Sample sample = make_sample(raw, 0, {});
  EXPECT_TRUE(torch::equal(sample.zero_filled, sample.target));
}

/// Parseval: the target keeps the energy inside the field of view, the input that of its columns.
TEST(MakeSample, KeepsEnergies) {
  const RawSlice raw = raw_slice(14, 9);
  const Sample sample = make_sample(raw, 0, {});
  const auto energy = [](const torch::Tensor& x) {
    return torch::abs(x).to(torch::kDouble).square().sum().item<double>();
  };
  const double inside = energy(crop_to_square_fov(ifft2c(raw.kspace)));
  EXPECT_NEAR(energy(sample.target) / inside, 1, 1e-5);
  EXPECT_NEAR(energy(sample.zero_filled) / energy(sample.kspace), 1, 1e-5);
}

TEST(MakeSample, MaskingBeforeOrAfterTheCropIsTheSame) {
  RawSlice raw = raw_slice(15, 10);
  const Sample after = make_sample(raw, 0, {});
  raw.kspace = raw.kspace * raw.mask;
  const Sample before = make_sample(raw, 0, {});
  EXPECT_LT(relative_max_error(before.kspace, after.kspace), 1e-6);
  EXPECT_LT(relative_max_error(before.zero_filled, after.zero_filled), 1e-6);
  EXPECT_EQ(torch::abs(after.kspace * raw.mask.logical_not()).max().item<float>(), 0.0F);
}

TEST(MakeSample, WithoutCropMasksAlone) {
  RawSlice raw = raw_slice(14, 9);
  raw.grid = whole_grid({14, 9});
  const Sample sample = make_sample(raw, 0, {});
  EXPECT_TRUE(torch::equal(sample.kspace, raw.kspace * raw.mask));
  EXPECT_TRUE(torch::equal(sample.target, image_of(raw.kspace)));
}

TEST(MakeSample, TakesTwoDimensionalMasks) {
  RawSlice raw = raw_slice(14, 9);
  raw.grid = whole_grid({14, 9});
  raw.mask = (torch::arange(14 * 9) % 3 == 0).view({14, 9});
  const Sample sample = make_sample(raw, 0, {});
  EXPECT_TRUE(torch::equal(sample.kspace, raw.kspace * raw.mask));
  EXPECT_TRUE(torch::equal(sample.mask, raw.mask.view({1, 1, 14, 9})));
}

TEST(MakeSample, TakesTheLabelWhereThereIsOne) {
  RawSlice raw = raw_slice(14, 9);
  raw.label = torch::rand({12, 11});
  raw.maximum = 0.5;
  const Sample sample = make_sample(raw, 0, {});
  EXPECT_TRUE(torch::equal(sample.target, *raw.label));
  EXPECT_DOUBLE_EQ(sample.maximum, 0.5);
  EXPECT_EQ(sample.zero_filled.sizes(), torch::IntArrayRef({9, 9}));
}

TEST(MakeSample, ScalesByWhatTheNetworkSees) {
  const RawSlice raw = raw_slice(14, 9);
  EXPECT_DOUBLE_EQ(make_sample(raw, 0, {}).scale, 1);
  SampleOptions options;
  options.normalization = Normalization::zero_filled_maximum;
  const Sample by_image = make_sample(raw, 0, options);
  EXPECT_DOUBLE_EQ(by_image.scale, by_image.zero_filled.max().item<double>());
  options.normalization = Normalization::center_maximum;
  options.normalization_fraction = 1;
  const Sample by_kspace = make_sample(raw, 0, options);
  EXPECT_DOUBLE_EQ(by_kspace.scale,
                   torch::abs(by_kspace.kspace).slice(2, 0, 8).max().item<double>());
  EXPECT_TRUE(torch::equal(by_kspace.kspace, by_image.kspace)) << "data stay in their units";
}

DIRCN_DEVICE_TEST(ToDevice, MovesEveryTensor) {
  RawSlice raw = raw_slice(14, 9);
  raw.maximum = 0.5;
  const Sample sample = make_sample(raw, 3, {});
  const Sample moved = to_device(sample, device);
  EXPECT_EQ(moved.index, 3);
  EXPECT_DOUBLE_EQ(moved.maximum, 0.5);
  const auto expect_moved = [&](const torch::Tensor& before, const torch::Tensor& after) {
    EXPECT_EQ(after.device().type(), device.type());
    EXPECT_TRUE(torch::equal(after.cpu(), before));
  };
  expect_moved(sample.kspace, moved.kspace);
  expect_moved(sample.mask, moved.mask);
  expect_moved(sample.zero_filled, moved.zero_filled);
  expect_moved(sample.target, moved.target);
}

}  // namespace
}  // namespace dircn::sample_test
