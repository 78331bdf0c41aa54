#include "dircn/mri/ssim.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include <cmath>

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

/// 12 × 11 images, the second slice darker than its range by far, the third without a dark pixel.
struct Pair {
  torch::Tensor image, target, range;
};

Pair random_pair() {
  torch::manual_seed(4);
  const auto brightness = torch::tensor({1.0, 1e-3, 0.2}).view({-1, 1, 1});
  const auto base = torch::tensor({0.0, 0.0, 1.0}).view({-1, 1, 1});
  const auto target = brightness * (torch::rand({3, 12, 11}) + base);
  return {target + 0.1 * brightness * torch::randn({3, 12, 11}), target,
          torch::tensor({0.9F, 1.0F, 0.2F})};
}

struct MapAndGradient {
  torch::Tensor map, gradient;
};

/// Of images and range in another unit; the gradient in the old one.
MapAndGradient in_unit(const Pair& pair, double unit, SsimWindow window) {
  const auto image = (pair.image * unit).requires_grad_();
  const auto map = ssim_map(image, pair.target * unit, pair.range * unit, window);
  map.sum().backward();
  return {map.detach(), image.grad() * unit};
}

// Multiplying by a power of two is exact, so not a bit may differ.
TEST(Ssim, DoesNotDependOnTheUnitOfTheImages) {
  const Pair pair = random_pair();
  for (const auto window : {SsimWindow::gaussian, SsimWindow::uniform}) {
    const auto expected = in_unit(pair, 1, window);
    for (const int exponent : {-90, -66, -40, -30, -1, 1, 30, 40, 66, 90}) {
      const auto found = in_unit(pair, std::ldexp(1.0, exponent), window);
      EXPECT_TRUE(torch::equal(found.map, expected.map)) << exponent;
      EXPECT_TRUE(torch::equal(found.gradient, expected.gradient)) << exponent;
    }
  }
}

TEST(Ssim, InSinglePrecisionIsThatInDoubleInAnyUnit) {
  const Pair pair = random_pair();
  const auto exact = [](const torch::Tensor& x) { return x.to(torch::kDouble); };
  for (const auto window : {SsimWindow::gaussian, SsimWindow::uniform}) {
    const auto expected =
        ssim_map(exact(pair.image), exact(pair.target), exact(pair.range), window);
    for (const double unit : {1e-20, 1e-12, 1e-9, 1e-4, 1e4, 1e10, 1e20}) {
      const auto found = in_unit(pair, unit, window);
      EXPECT_LE((found.map - expected).abs().max().item<double>(), 1e-4) << unit;
      EXPECT_TRUE(torch::isfinite(found.gradient).all().item<bool>()) << unit;
    }
  }
}

// An image without contrast has no range of its own; what it is compared with has a unit still.
TEST(Ssim, OfAFlatTargetDoesNotDependOnTheUnitEither) {
  const auto target = torch::full({1, 9, 9}, 0.75);
  const Pair pair{target + 0.1 * torch::rand({1, 9, 9}), target, torch::zeros({1})};
  const auto expected = in_unit(pair, 1, SsimWindow::uniform);
  for (const int exponent : {-66, 66}) {
    const auto found = in_unit(pair, std::ldexp(1.0, exponent), SsimWindow::uniform);
    EXPECT_TRUE(torch::equal(found.map, expected.map)) << exponent;
    EXPECT_TRUE(torch::equal(found.gradient, expected.gradient)) << exponent;
  }
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
