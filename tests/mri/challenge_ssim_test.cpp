// Challenge scores against tests/golden S5_metrics and S5_leaderboard_volumes.

#include "dircn/mri/slice_ssim.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include "dircn/mri/metrics.h"
#include "support/golden.h"

namespace dircn::challenge_score_test {
namespace {

using testing::GoldenFile;

constexpr double kThreshold2022 = 5e-5;
constexpr double kThreshold2026 = 2e-5;
constexpr double kTolerance = 1e-6;
// One window on a flat region: single precision moves the reference itself by 3.5e-5 there.
constexpr double kBoxTolerance = 5e-5;

Box box_of(const torch::Tensor& xywh) {
  return {xywh[0].item<int64_t>(), xywh[1].item<int64_t>(), xywh[2].item<int64_t>(),
          xywh[3].item<int64_t>()};
}

class ChallengeScore : public ::testing::TestWithParam<int> {
 protected:
  std::string key(const std::string& name) const {
    return "img." + std::to_string(GetParam()) + "." + name;
  }
  const GoldenFile golden_{"S5_metrics.pth"};
  const torch::Tensor target_ = golden_.tensor(key("target"));
  const torch::Tensor image_ = golden_.tensor(key("recon"));
  const double maximum_ = golden_.number(key("maximum"));
};

TEST_P(ChallengeScore, FindsTheReferenceForeground) {
  EXPECT_TRUE(
      torch::equal(foreground_mask(target_, kThreshold2022), golden_.tensor(key("mask2022")) != 0));
  EXPECT_TRUE(
      torch::equal(foreground_mask(target_, kThreshold2026), golden_.tensor(key("mask2026")) != 0));
}

TEST_P(ChallengeScore, EqualsTheReferenceOnWholeSlices) {
  EXPECT_NEAR(masked_ssim(image_, target_, maximum_, kThreshold2022),
              golden_.number(key("ssim2022")), kTolerance);
  const auto full = foreground_ssim(image_, target_, maximum_, kThreshold2026);
  ASSERT_EQ(full.has_value(), golden_.integer(key("ssim_full2026_valid")) == 1);
  EXPECT_NEAR(*full, golden_.number(key("ssim_full2026")), kTolerance);
  const Box everything{0, 0, target_.size(1), target_.size(0)};
  EXPECT_NEAR(*box_ssim(image_, target_, maximum_, everything), golden_.number(key("ssim_nomask")),
              kTolerance);
}

TEST_P(ChallengeScore, EqualsTheReferenceInBoxes) {
  const auto boxes = golden_.tensor(key("boxes_xywh"));
  const auto expected = golden_.tensor(key("ssim_bbox2026"));
  const auto valid = golden_.tensor(key("bbox_valid"));
  for (int64_t i = 0; i < boxes.size(0); ++i) {
    const auto score = box_ssim(image_, target_, maximum_, box_of(boxes[i]));
    ASSERT_EQ(score.has_value(), valid[i].item<int64_t>() == 1) << i;
    if (score) {
      EXPECT_NEAR(*score, expected[i].item<double>(), kBoxTolerance) << i;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Golden, ChallengeScore, ::testing::Values(0, 1, 2));

TEST(Leaderboard, PoolsSlicesOverVolumesAsTheReference) {
  const GoldenFile golden("S5_leaderboard_volumes.pth");
  std::vector<double> masked;
  std::vector<double> full;
  for (int64_t v = 0; v < golden.integer("num_volumes"); ++v) {
    const auto key = "vol." + std::to_string(v) + ".";
    const auto target = golden.tensor(key + "target");
    const auto image = golden.tensor(key + "recon");
    const double maximum = golden.number(key + "maximum");
    for (int64_t s = 0; s < target.size(0); ++s) {
      masked.push_back(masked_ssim(image[s], target[s], maximum, kThreshold2022));
      if (const auto score = foreground_ssim(image[s], target[s], maximum, kThreshold2026)) {
        full.push_back(*score);
      }
    }
  }
  const auto mean = [](const std::vector<double>& x) {
    return torch::tensor(x, torch::kDouble).mean().item<double>();
  };
  EXPECT_NEAR(mean(masked), golden.number("ssim2022"), kTolerance);
  EXPECT_NEAR(mean(full), golden.number("ssim_full2026"), kTolerance);
}

TEST(ChallengeScoreWithoutForeground, IsOneOrSkipped) {
  const auto dark = torch::zeros({40, 30});
  EXPECT_EQ(masked_ssim(dark + 1e-6, dark, 1e-3, kThreshold2022), 1);
  EXPECT_FALSE(foreground_ssim(dark, dark, 1e-3, kThreshold2026).has_value());
}

}  // namespace
}  // namespace dircn::challenge_score_test
