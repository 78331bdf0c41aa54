#include "dircn/score/volume_source.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include <optional>

#include "dircn/mri/coils.h"
#include "dircn/mri/crop.h"
#include "dircn/mri/fft.h"
#include "dircn/mri/mask_pattern.h"
#include "support/challenge_files.h"
#include "support/golden.h"
#include "support/paths.h"

namespace dircn::scored_kspace_test {
namespace {

using testing::column_mask;

/// k-space [2, 2, 48, 32] in a file of fastMRI.
class ScoredKspaceTest : public ::testing::Test {
 protected:
  KspaceVolume volume(const std::optional<torch::Tensor>& mask) const {
    testing::write_fastmri(folder_ / "b.h5", kspace_, std::nullopt, mask);
    DataConfig data;
    data.mask = {MaskType::random, {0.04}, {8}};
    return KspaceVolume(folder_ / "b.h5", data);
  }

  const torch::Tensor kspace_ = testing::full_kspace(2, 2, 48, 32, 1);
  const torch::Tensor target_ = torch::zeros({20, 40});
  const testing::TemporaryFolder folder_;
};

TEST_F(ScoredKspaceTest, GivesZeroFilledImagesOfTheTargetsSize) {
  const auto expected = [&](const torch::Tensor& mask) {
    const auto coils = crop_to_square_fov(ifft2c(kspace_.slice(0, 1, 2) * mask));
    return center_crop_or_pad(root_sum_of_squares(coils).squeeze(0).squeeze(0), 20, 40);
  };
  const auto own = testing::some_columns(32);
  const auto other = column_mask(32, 8, 2).flatten();
  EXPECT_LE(testing::relative_max_error(ScoredKspace(volume(own)).zero_filled(kspace_[1], target_),
                                        expected(own)),
            1e-5);
  EXPECT_LE(testing::relative_max_error(
                ScoredKspace(volume(own), other).zero_filled(kspace_[1], target_), expected(other)),
            1e-5);
}

TEST_F(ScoredKspaceTest, HasTheAccelerationOfItsMask) {
  const auto own = testing::some_columns(32);
  const auto other = column_mask(32, 8, 2).flatten();
  EXPECT_EQ(ScoredKspace(volume(own)).acceleration(), 4);
  EXPECT_EQ(ScoredKspace(volume(own), other).acceleration(), 8);
}

/// Three of 32 columns, by chance.
TEST_F(ScoredKspaceTest, HasTheAccelerationThatWasDrawn) {
  const auto mask = volume(std::nullopt).mask();
  ASSERT_NE(describe_mask(mask).acceleration, 8);
  EXPECT_EQ(ScoredKspace(volume(std::nullopt)).acceleration(), 8);
  EXPECT_EQ(ScoredKspace(volume(std::nullopt), mask.clone()).acceleration(), 8);
}

}  // namespace
}  // namespace dircn::scored_kspace_test
