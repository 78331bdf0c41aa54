#include "dircn/mri/ssim.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include "dircn/core/error.h"
#include "support/golden.h"

namespace dircn::ssim_test {
namespace {

TEST(Ssim, OfEqualImagesIsOne) {
  const auto x = torch::rand({2, 12, 11}, torch::kDouble);
  for (const auto window : {SsimWindow::gaussian, SsimWindow::uniform}) {
    EXPECT_LE((ssim_map(x, x, torch::ones({2}), window) - 1).abs().max().item<double>(), 1e-12);
  }
}

TEST(Ssim, GaussianWindowIsCentredAndKeepsTheSize) {
  auto x = torch::zeros({1, 15, 15}, torch::kDouble);
  x[0][7][7] = 1;
  const auto map = ssim_map(x, torch::zeros_like(x), torch::ones({1}), SsimWindow::gaussian);
  EXPECT_EQ(map.sizes(), x.sizes());
  EXPECT_LE(testing::relative_max_error(map.flip({1, 2}), map), 1e-12);
  EXPECT_LE(testing::relative_max_error(map.transpose(1, 2), map), 1e-12);
  EXPECT_LT(map[0][7][7].item<double>(), map[0][7][8].item<double>());
}

TEST(Ssim, EqualsItsDefinitionAtOnePixel) {
  const auto x = torch::rand({1, 7, 7}, torch::kDouble);
  const auto y = torch::rand({1, 7, 7}, torch::kDouble);
  const double range = 0.8;
  const auto covariance = ((x - x.mean()) * (y - y.mean())).sum() / 48;
  const double c1 = std::pow(0.01 * range, 2);
  const double c2 = std::pow(0.03 * range, 2);
  const auto expected = (2 * x.mean() * y.mean() + c1) * (2 * covariance + c2) /
                        ((x.mean().square() + y.mean().square() + c1) * (x.var() + y.var() + c2));
  const auto map = ssim_map(x, y, torch::tensor(range, torch::kDouble), SsimWindow::uniform);
  ASSERT_EQ(map.numel(), 1);
  EXPECT_NEAR(map.item<double>(), expected.item<double>(), 1e-12);
}

TEST(Ssim, IsDefinedForEmptyImages) {
  auto image = torch::zeros({1, 9, 9}, torch::kDouble).set_requires_grad(true);
  const auto map = ssim_map(image, torch::zeros({1, 9, 9}, torch::kDouble), torch::zeros({1}),
                            SsimWindow::gaussian);
  EXPECT_TRUE(torch::equal(map.detach(), torch::ones_like(map)));
  map.sum().backward();
  EXPECT_TRUE(torch::isfinite(image.grad()).all().item<bool>());
}

TEST(Ssim, RefusesShapesThatDoNotFit) {
  const auto range = torch::ones({1});
  EXPECT_THROW(ssim_map(torch::rand({1, 9, 9}), torch::rand({1, 9, 8}), range, SsimWindow::uniform),
               Error);
  EXPECT_THROW(ssim_map(torch::rand({1, 6, 9}), torch::rand({1, 6, 9}), range, SsimWindow::uniform),
               Error);
}

}  // namespace
}  // namespace dircn::ssim_test
