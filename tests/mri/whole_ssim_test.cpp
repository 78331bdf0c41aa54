// fastMRI's scores against tests/golden S5_losses.

#include "dircn/mri/metrics.h"
#include "dircn/mri/slice_ssim.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include <cmath>
#include <string>

#include "support/golden.h"

namespace dircn::fastmri_score_test {
namespace {

class FastmriScore : public ::testing::TestWithParam<int> {
 protected:
  std::string key(const std::string& name) const {
    return "pair." + std::to_string(GetParam()) + "." + name;
  }
  const testing::GoldenFile golden_{"S5_losses.pth"};
  const torch::Tensor image_ = golden_.tensor(key("X"));
  const torch::Tensor target_ = golden_.tensor(key("Y"));
};

TEST_P(FastmriScore, HasTheSsimOfScikitImage) {
  const auto expected = golden_.tensor(key("skimage_ssim"));
  for (int64_t i = 0; i < target_.size(0); ++i) {
    EXPECT_NEAR(whole_ssim(image_[i], target_[i], target_[i].max().item<double>()),
                expected[i].item<double>(), 1e-6 /* of single-precision images */);
  }
}

TEST_P(FastmriScore, HasTheErrorsOfTheReference) {
  double nmse = 0;
  double psnr = 0;
  for (int64_t i = 0; i < target_.size(0); ++i) {
    ErrorSums sums;
    sums.add(image_[i], target_[i]);
    nmse += sums.nmse();
    // The reference takes the range of the prediction: a quirk, of use here alone.
    psnr += sums.psnr((image_[i].max() - image_[i].min()).item<double>());
  }
  const auto count = static_cast<double>(target_.size(0));
  EXPECT_NEAR(nmse / count, golden_.number(key("orig_nmse")), 1e-6);
  EXPECT_NEAR(psnr / count, golden_.number(key("orig_psnr")), 1e-4);
}

TEST_P(FastmriScore, TakesSlicesOneByOneOrAllAtOnce) {
  ErrorSums all;
  all.add(image_, target_);
  ErrorSums slices;
  for (int64_t i = 0; i < target_.size(0); ++i) {
    slices.add(image_[i], target_[i]);
  }
  EXPECT_NEAR(slices.nmse(), all.nmse(), 1e-12);
  EXPECT_NEAR(slices.psnr(1), all.psnr(1), 1e-10);
}

INSTANTIATE_TEST_SUITE_P(Golden, FastmriScore, ::testing::Values(0, 1, 2));

TEST(ErrorSums, AreInfiniteWithoutError) {
  ErrorSums sums;
  sums.add(torch::ones({3, 3}), torch::ones({3, 3}));
  EXPECT_EQ(sums.nmse(), 0);
  EXPECT_TRUE(std::isinf(sums.psnr(1)));
}

}  // namespace
}  // namespace dircn::fastmri_score_test
