// Fourier transforms, coil operators, ACS, sampling space: mathematics and brute force.

#include <gtest/gtest.h>
#include <torch/types.h>

#include "dircn/core/error.h"
#include "dircn/mri/acs.h"
#include "dircn/mri/coils.h"
#include "dircn/mri/fft.h"
#include "dircn/mri/sampling_space.h"
#include "literal/literal.h"
#include "literal/varnet.h"
#include "support/golden.h"
#include "support/paths.h"
#include "support/random_input.h"

namespace dircn::transforms_test {
namespace {

using testing::column_mask;
using testing::relative_max_error;

torch::Tensor complex_noise(torch::IntArrayRef sizes) {
  return torch::randn(sizes, torch::kComplexDouble);
}

torch::Tensor hermitian_product(const torch::Tensor& a, const torch::Tensor& b) {
  return (a.conj() * b).sum();
}

TEST(Fft, IsUnitaryForEvenAndOddSizes) {
  for (const auto& sizes : std::vector<std::vector<int64_t>>{{2, 8, 6}, {3, 7, 5}, {1, 9, 4}}) {
    const auto x = complex_noise(sizes);
    EXPECT_LE(relative_max_error(ifft2c(fft2c(x)), x), 1e-14);
    EXPECT_NEAR(fft2c(x).norm().item<double>(), x.norm().item<double>(), 1e-12);
    EXPECT_LE(relative_max_error(fft1c(fft1c(x, -1), -2), fft2c(x)), 1e-14);
    EXPECT_LE(relative_max_error(ifft1c(ifft1c(x, -1), -2), ifft2c(x)), 1e-14);
  }
}

TEST(Fft, PutsTheOriginAtTheCentre) {
  auto delta = torch::zeros({7, 6}, torch::kComplexDouble);
  delta[3][3] = 1;
  const auto flat = fft2c(delta);
  EXPECT_LE(relative_max_error(flat, torch::full_like(flat, 1 / std::sqrt(42.0))), 1e-14);
  EXPECT_LE(relative_max_error(ifft2c(flat), delta), 1e-14);
}

TEST(Coils, ReduceIsTheAdjointOfExpand) {
  const auto image = complex_noise({2, 1, 5, 6});
  const auto coils = complex_noise({2, 4, 5, 6});
  const auto maps = complex_noise({2, 4, 5, 6});
  const auto forward = hermitian_product(expand_to_coils(image, maps), coils);
  const auto adjoint = hermitian_product(image, reduce_coils(coils, maps));
  EXPECT_LE(relative_max_error(forward, adjoint), 1e-13);
}

TEST(Coils, RootSumOfSquaresIsZeroWithZeroGradientWhereThereIsNoSignal) {
  auto coils = complex_noise({1, 3, 4, 5});
  coils.select(2, 1).zero_();
  coils.set_requires_grad(true);
  const auto image = root_sum_of_squares(coils);
  EXPECT_LE(relative_max_error(image.detach(), coils.detach().abs().square().sum(1, true).sqrt()),
            1e-14);
  image.sum().backward();
  EXPECT_TRUE(torch::isfinite(torch::view_as_real(coils.grad())).all().item<bool>());
  EXPECT_EQ(coils.grad().select(2, 1).abs().max().item<double>(), 0);
}

TEST(Coils, DivideOrZeroHasFiniteGradients) {
  auto x = torch::ones({3}, torch::kDouble).set_requires_grad(true);
  auto y = torch::tensor({2.0, 0.0, -4.0}, torch::kDouble).set_requires_grad(true);
  const auto quotient = divide_or_zero(x, y);
  EXPECT_TRUE(torch::equal(quotient, torch::tensor({0.5, 0.0, -0.25}, torch::kDouble)));
  quotient.sum().backward();
  EXPECT_TRUE(torch::isfinite(x.grad()).all().item<bool>() &&
              torch::isfinite(y.grad()).all().item<bool>());
}

TEST(Acs, EqualsBruteForce) {
  auto edge = column_mask(20, 4, 4);
  edge.slice(3, 10, 20).fill_(true);
  auto rectangle = torch::zeros({1, 1, 21, 18}, torch::kBool);
  rectangle.slice(2, 6, 15).slice(3, 4, 13).fill_(true);
  rectangle.slice(2, 0, 21, 3).fill_(true);
  const torch::Tensor masks[] = {column_mask(48, 4, 6, 1),
                                 column_mask(45, 4, 5),
                                 torch::ones({1, 1, 1, 20}, torch::kBool),
                                 torch::ones({1, 1, 1, 21}, torch::kBool),
                                 torch::zeros({1, 1, 1, 20}, torch::kBool),
                                 edge,
                                 edge.flip(3),
                                 rectangle,
                                 torch::ones({1, 1, 9, 8}, torch::kBool),
                                 torch::zeros({1, 1, 9, 8}, torch::kBool)};
  for (const auto& mask : masks) {
    EXPECT_TRUE(torch::equal(acs_mask(mask), literal::acs(mask))) << mask;
    EXPECT_TRUE(torch::equal(symmetric_acs_mask(mask), literal::varnet_centre(mask))) << mask;
  }
}

TEST(Acs, EachBatchElementHasItsOwn) {
  const auto a = column_mask(40, 4, 4);
  const auto b = column_mask(40, 4, 12);
  const auto both = acs_mask(torch::cat({a, b}, 0));
  EXPECT_TRUE(torch::equal(both, torch::cat({literal::acs(a), literal::acs(b)}, 0)));
}

// The sampled columns 17 ... 25 of 40 have 3 on the left of the middle and 6 on its right.
TEST(Acs, SymmetricOneHasAsManyColumnsOnBothSidesOrTheNumberGiven) {
  auto mask = torch::zeros({1, 1, 1, 40}, torch::kBool);
  mask.slice(3, 17, 26).fill_(true);
  const auto columns = [](int64_t first, int64_t last) {
    auto expected = torch::zeros({1, 1, 1, 40}, torch::kBool);
    expected.slice(3, first, last).fill_(true);
    return expected;
  };
  EXPECT_TRUE(torch::equal(symmetric_acs_mask(mask), columns(17, 23)));
  EXPECT_TRUE(torch::equal(symmetric_acs_mask(mask, 8), columns(16, 24)));
  EXPECT_TRUE(torch::equal(symmetric_acs_mask(torch::zeros_like(mask)), columns(20, 21)));
}

TEST(CanonicalMask, TakesEveryForm) {
  const auto columns = torch::tensor({0, 1, 1, 0});
  EXPECT_EQ(canonical_mask(columns).sizes(), (std::vector<int64_t>{1, 1, 1, 4}));
  EXPECT_EQ(canonical_mask(columns).scalar_type(), torch::kBool);
  EXPECT_EQ(canonical_mask(torch::ones({3, 4})).sizes(), (std::vector<int64_t>{1, 1, 3, 4}));
  EXPECT_EQ(canonical_mask(torch::ones({2, 1, 3, 4})).sizes(), (std::vector<int64_t>{2, 1, 3, 4}));
  EXPECT_THROW(canonical_mask(torch::ones({2, 3, 4})), Error);
}

TEST(SamplingSpace, IsTheCentredTransformInDisguise) {
  for (const bool columns_only : {true, false}) {
    const int64_t height = 9;
    const int64_t width = 10;
    const auto mask =
        columns_only ? column_mask(width, 2, 4) : torch::rand({1, 1, height, width}) > 0.4;
    const auto kspace = complex_noise({2, 3, height, width}) * mask;
    const SamplingSpace space(kspace, mask);
    const auto images = space.unroll(space.to_images(space.measured()));
    EXPECT_LE(relative_max_error(images, ifft2c(kspace)), 1e-13);
    EXPECT_LE(relative_max_error(space.to_kspace(space.roll(images)), space.measured()), 1e-13);
    EXPECT_TRUE(torch::equal(space.measured() * space.mask(), space.measured()));
  }
}

}  // namespace
}  // namespace dircn::transforms_test
