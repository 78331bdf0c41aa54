
#include <gtest/gtest.h>
#include <torch/types.h>
#include <torch/utils.h>

#include "dircn/mri/slice_ssim.h"

namespace dircn::ssim_distance_test {
namespace {

TEST(SsimDistance, IsZeroForTheTargetItself) {
  const auto image = torch::rand({40, 36});
  EXPECT_NEAR(ssim_distance(image, image, 32), 0, 1e-6);
}

TEST(SsimDistance, EqualsTheChallengesOfTheCropWithItsMaximum) {
  torch::manual_seed(3);
  const auto target = torch::rand({40, 36}) + 0.5;
  const auto image = target + 0.1 * torch::randn({40, 36});
  const auto crop = [](const torch::Tensor& x) { return x.slice(0, 4, 36).slice(1, 2, 34); };
  // With every pixel foreground the challenge's rule is the plain mean over the valid map.
  const double ssim =
      masked_ssim(crop(image), crop(target), crop(target).max().item<double>(), 1e-3);
  EXPECT_NEAR(ssim_distance(image, target, 32), 1 - ssim, 1e-5);
}

TEST(SsimDistance, LooksAtTheCropOnly) {
  const auto target = torch::rand({40, 36});
  auto image = target.clone();
  image.slice(0, 0, 3).fill_(7);
  EXPECT_NEAR(ssim_distance(image, target, 32), 0, 1e-6);
}

}  // namespace
}  // namespace dircn::ssim_distance_test
