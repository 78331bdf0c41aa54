// Data consistency and the sums over coils that follow it, in blocks, against the formulas of
// DIRCN §2.1 written down as they stand.

#include "model/data_consistency.h"

#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/types.h>
#include <torch/utils.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "dircn/core/error.h"
#include "dircn/model/cascade_kspace.h"
#include "dircn/mri/cache_blocks.h"
#include "model/consistent_coil_sum.h"
#include "support/devices.h"
#include "support/golden.h"
#include "support/random_input.h"

namespace dircn::data_consistency_test {
namespace {

using testing::column_mask;
using testing::relative_max_error;

/// Centred, complex double but for the mask; all that a cascade's end is computed from.
struct Case {
  std::string name;
  torch::Tensor kspace, mask, image, maps, weight;

  Case to(torch::Device device) const {
    return {name,
            kspace.to(device),
            mask.to(device),
            image.to(device),
            maps.to(device),
            weight.to(device)};
  }
};

Case random_case(const std::string& name, torch::IntArrayRef sizes, const torch::Tensor& mask) {
  const auto noise = [](torch::IntArrayRef shape) {
    return torch::randn(shape, torch::kComplexDouble);
  };
  return {name,         noise(sizes) * mask,
          mask,         noise({sizes[0], 1, sizes[2], sizes[3]}),
          noise(sizes), torch::full({1}, 0.3, torch::kDouble)};
}

std::vector<Case> cases() {
  torch::manual_seed(1);
  const auto two = torch::cat({column_mask(22, 4, 4), column_mask(22, 3, 6, 1)}, 0);
  return {random_case("columns", {1, 3, 14, 20}, column_mask(20, 4, 4)),
          random_case("one coil, odd sizes", {1, 1, 9, 7}, column_mask(7, 3, 2)),
          random_case("one column", {1, 2, 5, 1}, torch::ones({1, 1, 1, 1}, torch::kBool)),
          random_case("one mask for two", {2, 3, 11, 12}, column_mask(12, 2, 4)),
          random_case("a mask each", {2, 3, 10, 22}, two),
          random_case("nothing sampled", {1, 2, 6, 8}, torch::zeros({1, 1, 1, 8}, torch::kBool)),
          random_case("blocks of rows", {2, 8, 41, 126}, column_mask(126, 4, 10)),
          random_case("2-D", {1, 3, 13, 10}, torch::rand({1, 1, 13, 10}) > 0.5),
          random_case("2-D, one mask for two", {2, 2, 8, 9}, torch::rand({1, 1, 8, 9}) > 0.5),
          random_case("2-D, blocks of coils", {2, 5, 90, 101}, torch::rand({2, 1, 90, 101}) > 0.6)};
}

/// In rolled images, which `SamplingSpace` and the functions under test take.
struct Sums {
  torch::Tensor combined, squares;
};

torch::Tensor formula(const SamplingSpace& space, const torch::Tensor& image,
                      const torch::Tensor& maps, const torch::Tensor& weight) {
  const auto estimate = space.to_kspace(image * maps);
  const auto kspace =
      torch::where(space.mask(), (space.measured() + weight * estimate) / (1 + weight), estimate);
  return space.to_images(kspace);
}

Sums sums_by_formula(const SamplingSpace& space, const Case& c) {
  const auto images = formula(space, c.image, c.maps, c.weight);
  return {(c.maps.conj() * images).sum(1, true),
          (torch::real(images).square() + torch::imag(images).square()).sum(1, true)};
}

Sums sums_in_blocks(const SamplingSpace& space, const Case& c) {
  const auto share = measured_share(space, c.weight);
  return {consistent_coil_sum(CoilSum::combined, space, c.image, c.maps, share),
          consistent_coil_sum(CoilSum::squares, space, c.image, c.maps, share)};
}

/// A real number with a different slope in every pixel.
torch::Tensor scalar(const Sums& sums) {
  const auto slopes =
      torch::linspace(-3, 4, sums.squares.numel(), sums.squares.options()).view_as(sums.squares);
  return (torch::real(sums.combined) * slopes.cos() + torch::imag(sums.combined) * slopes.sin() +
          sums.squares * slopes)
      .sum();
}

/// For image, maps and weight.
template <typename MakeSums>
std::vector<torch::Tensor> gradients(Case c, const MakeSums& make_sums) {
  const SamplingSpace space(c.kspace, c.mask);
  for (auto* input : {&c.image, &c.maps, &c.weight}) {
    *input = input->detach().requires_grad_();
  }
  return torch::autograd::grad({scalar(make_sums(space, c))}, {c.image, c.maps, c.weight});
}

TEST(DataConsistency, CasesHaveBlocksOfEitherKind) {
  int rows = 0;
  int coils = 0;
  for (const auto& c : cases()) {
    rows += c.mask.size(2) == 1 && cache_blocks(c.maps, 2).size() > 2 ? 1 : 0;
    coils += c.mask.size(2) > 1 && cache_blocks(c.maps, 1).size() > 2 ? 1 : 0;
  }
  EXPECT_GT(rows, 0);
  EXPECT_GT(coils, 0);
}

DIRCN_DEVICE_TEST(DataConsistency, CoilSumsAreThoseOfTheFormula) {
  for (const auto& on_cpu : cases()) {
    const auto c = on_cpu.to(device);
    const SamplingSpace space(c.kspace, c.mask);
    const auto expected = sums_by_formula(space, c);
    const auto actual = sums_in_blocks(space, c);
    EXPECT_LE(relative_max_error(actual.combined, expected.combined), 1e-12) << c.name;
    EXPECT_LE(relative_max_error(actual.squares, expected.squares), 1e-12) << c.name;
  }
}

DIRCN_DEVICE_TEST(DataConsistency, GradientsAreThoseOfTheFormula) {
  for (const auto& c : cases()) {
    const auto expected = gradients(c.to(device), sums_by_formula);
    const auto actual = gradients(c.to(device), sums_in_blocks);
    for (size_t i = 0; i < expected.size(); ++i) {
      ASSERT_EQ(actual[i].sizes(), expected[i].sizes());
      const double error = (actual[i] - expected[i]).abs().max().item<double>();
      EXPECT_LE(error, 1e-10 * expected[i].abs().max().item<double>()) << c.name << ", " << i;
    }
  }
}

TEST(DataConsistency, GradientsPassANumericalCheck) {
  const double step = 1e-6;
  for (const auto& c : cases()) {
    const SamplingSpace space(c.kspace, c.mask);
    const auto analytic = gradients(c, sums_in_blocks);
    torch::Tensor Case::*const inputs[] = {&Case::image, &Case::maps, &Case::weight};
    for (size_t i = 0; i < analytic.size(); ++i) {
      const auto direction = torch::randn_like(c.*inputs[i]);
      const auto value = [&](double distance) {
        Case moved = c;
        moved.*inputs[i] = c.*inputs[i] + distance * direction;
        return scalar(sums_in_blocks(space, moved)).item<double>();
      };
      const double numerical = (value(step) - value(-step)) / (2 * step);
      // LibTorch's complex gradients hold dL/d(re) + i dL/d(im).
      const double along =
          torch::real((analytic[i].conj() * direction).sum().to(torch::kComplexDouble))
              .item<double>();
      const double size = analytic[i].abs().max().item<double>() *
                          std::sqrt(static_cast<double>(analytic[i].numel()));
      EXPECT_NEAR(along, numerical, 1e-6 * (size + 1)) << c.name << ", input " << i;
    }
  }
}

TEST(DataConsistency, AnyNumberOfThreadsGivesTheSameBits) {
  const int threads = torch::get_num_threads();
  for (const auto& c : cases()) {
    torch::set_num_threads(1);
    const SamplingSpace space(c.kspace, c.mask);
    const auto alone = sums_in_blocks(space, c);
    const auto gradients_alone = gradients(c, sums_in_blocks);
    torch::set_num_threads(3);
    const auto together = sums_in_blocks(space, c);
    const auto gradients_together = gradients(c, sums_in_blocks);
    EXPECT_TRUE(torch::equal(together.combined, alone.combined)) << c.name;
    EXPECT_TRUE(torch::equal(together.squares, alone.squares)) << c.name;
    for (size_t i = 0; i < gradients_alone.size(); ++i) {
      EXPECT_TRUE(torch::equal(gradients_together[i], gradients_alone[i])) << c.name << ", " << i;
    }
  }
  torch::set_num_threads(threads);
}

DIRCN_DEVICE_TEST(DataConsistency, SinglePrecisionIsNearDouble) {
  for (const auto& on_cpu : cases()) {
    const auto c = on_cpu.to(device);
    const SamplingSpace space(c.kspace, c.mask);
    const auto expected = sums_in_blocks(space, c);
    const auto narrow = [](const torch::Tensor& x) { return x.to(torch::kComplexFloat); };
    const Case single{c.name,          narrow(c.kspace), c.mask,
                      narrow(c.image), narrow(c.maps),   c.weight.to(torch::kFloat)};
    const auto actual = sums_in_blocks(SamplingSpace(single.kspace, c.mask), single);
    EXPECT_EQ(actual.combined.scalar_type(), torch::kComplexFloat);
    EXPECT_EQ(actual.squares.scalar_type(), torch::kFloat);
    EXPECT_LE(relative_max_error(actual.combined, expected.combined), 1e-5) << c.name;
    EXPECT_LE(relative_max_error(actual.squares, expected.squares), 1e-5) << c.name;
  }
}

TEST(DataConsistency, MeasuredKspaceMayAskForAGradient) {
  for (const auto& c : cases()) {
    const auto gradient = [&](const auto& make_sums) {
      const auto kspace = c.kspace.detach().clone().requires_grad_();
      const SamplingSpace space(kspace, c.mask);
      return torch::autograd::grad({scalar(make_sums(space, c))}, {kspace})[0];
    };
    const auto expected = gradient(sums_by_formula);
    EXPECT_LE((gradient(sums_in_blocks) - expected).abs().max().item<double>(),
              1e-10 * expected.abs().max().item<double>())
        << c.name;
  }
}

TEST(DataConsistency, NotANumberIsNotHidden) {
  torch::manual_seed(2);
  auto c = random_case("", {1, 2, 6, 8}, column_mask(8, 4, 2));
  c.kspace[0][1][2][0] = std::numeric_limits<double>::quiet_NaN();
  const auto sums = sums_in_blocks(SamplingSpace(c.kspace, c.mask), c);
  EXPECT_TRUE(torch::isnan(sums.combined).any().item<bool>());
  EXPECT_TRUE(torch::isnan(sums.squares).any().item<bool>());
}

TEST(DataConsistency, RefusesSecondDerivatives) {
  auto c = cases().front();
  const SamplingSpace space(c.kspace, c.mask);
  c.image.requires_grad_();
  const auto value = scalar(sums_in_blocks(space, c));
  EXPECT_THROW(torch::autograd::grad({value}, {c.image}, {}, {}, /*create_graph=*/true), Error);
}

TEST(CascadeKspace, BeginsWithTheMeasurement) {
  for (const auto& c : cases()) {
    const SamplingSpace space(c.kspace, c.mask);
    const CascadeKspace kspace(space, space.roll(c.maps));
    EXPECT_TRUE(torch::equal(kspace.whole(), space.measured())) << c.name;
    const auto combined =
        (c.maps.conj() * space.unroll(space.to_images(space.measured()))).sum(1, true);
    EXPECT_LE((kspace.combined() - combined).abs().max().item<double>(), 1e-12) << c.name;
  }
}

DIRCN_DEVICE_TEST(CascadeKspace, AllItsFormsAreOfOneKspace) {
  for (const auto& on_cpu : cases()) {
    const auto c = on_cpu.to(device);
    const SamplingSpace space(c.kspace, c.mask);
    const auto maps = space.roll(c.maps);
    const auto soft = CascadeKspace(space, maps).updated(DataConsistency::soft, c.image, c.weight);
    const auto estimate = space.to_kspace(space.roll(c.image) * maps);
    const auto expected_soft = space.to_kspace(formula(space, space.roll(c.image), maps, c.weight));
    EXPECT_LE(relative_max_error(soft.whole(), expected_soft), 1e-12) << c.name;
    const auto variational = soft.updated(DataConsistency::variational, c.image, c.weight);
    const auto expected_variational =
        expected_soft - c.weight * space.mask() * (expected_soft - space.measured()) - estimate;
    EXPECT_LE((variational.whole() - expected_variational).abs().max().item<double>(),
              1e-12 * estimate.abs().max().item<double>())  // all is zero if nothing was sampled
        << c.name;
    for (const auto* kspace : {&soft, &variational}) {
      const auto images = space.unroll(space.to_images(kspace->whole()));
      EXPECT_LE(relative_max_error(kspace->combined(), (c.maps.conj() * images).sum(1, true)),
                1e-12)
          << c.name;
      EXPECT_LE(relative_max_error(kspace->magnitude(), images.abs().square().sum(1, true).sqrt()),
                1e-12)
          << c.name;
    }
  }
}

TEST(CascadeKspace, DarknessHasMagnitudeZeroAndFiniteGradients) {
  torch::manual_seed(3);
  auto c = random_case("", {1, 2, 6, 8}, column_mask(8, 4, 2));
  c.kspace.zero_();
  c.image.select(2, 3).zero_();
  for (auto* input : {&c.image, &c.maps, &c.weight}) {
    input->requires_grad_();
  }
  const SamplingSpace space(c.kspace, c.mask);
  const auto image = CascadeKspace(space, space.roll(c.maps))
                         .updated(DataConsistency::soft, c.image, c.weight)
                         .magnitude();
  EXPECT_EQ(image.select(2, 3).abs().max().item<double>(), 0);
  image.sum().backward();
  for (const auto* input : {&c.image, &c.maps, &c.weight}) {
    EXPECT_TRUE(torch::isfinite(torch::view_as_real(input->grad().to(torch::kComplexDouble)))
                    .all()
                    .item<bool>());
  }
}

}  // namespace
}  // namespace dircn::data_consistency_test
