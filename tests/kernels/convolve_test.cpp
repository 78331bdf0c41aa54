#include "dircn/kernels/convolve.h"

#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/types.h>
#include <torch/utils.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "dircn/runtime/device.h"
#include "support/devices.h"

namespace dircn::convolve_test {
namespace {

constexpr auto kChannelsLast = torch::MemoryFormat::ChannelsLast;
using Tensors = std::vector<torch::Tensor>;

/// Sources and weight in double, rounded to bfloat16, so that every precision is given the same
/// numbers.
struct Case {
  Tensors sources;
  torch::Tensor weight;
  int64_t groups;
  std::string name;

  Tensors sources_as(torch::ScalarType type, torch::Device device = torch::kCPU) const {
    Tensors result;
    for (const auto& source : sources) {
      result.push_back(source.to(device, type).contiguous(kChannelsLast));
    }
    return result;
  }
  torch::Tensor weight_as(torch::ScalarType type, torch::Device device = torch::kCPU) const {
    return weight.to(device, type == torch::kDouble ? type : torch::kFloat);
  }
  torch::Tensor expected() const {
    return torch::conv2d(torch::cat(sources, 1), weight, {}, 1, 1, 1, groups);
  }
};

torch::Tensor rounded(torch::IntArrayRef sizes) {
  return torch::randn(sizes).to(torch::kBFloat16).to(torch::kDouble);
}

Case random_case(const std::vector<int64_t>& channels, int64_t out, int64_t groups, int64_t images,
                 int64_t height, int64_t width) {
  Case result;
  int64_t in = 0;
  for (const int64_t count : channels) {
    result.sources.push_back(rounded({images, count, height, width}));
    in += count;
    result.name += std::to_string(count) + " ";
  }
  result.weight = rounded({out, in / groups, 3, 3});
  result.groups = groups;
  result.name += "-> " + std::to_string(out) + " in " + std::to_string(groups) + " groups, " +
                 std::to_string(height) + " x " + std::to_string(width);
  return result;
}

std::vector<Case> cases() {
  torch::manual_seed(1);
  std::vector<Case> result;
  for (int64_t out = 1; out <= 9; ++out) {  // every size of a tile
    result.push_back(random_case({3}, out, 1, 2, 5, 2 * out));
  }
  result.push_back(random_case({2}, 16, 1, 1, 1, 1));
  result.push_back(random_case({16}, 16, 4, 2, 9, 47));
  result.push_back(random_case({20}, 20, 4, 1, 16, 48));
  result.push_back(random_case({32}, 48, 2, 1, 7, 49));
  result.push_back(random_case({4, 4}, 4, 1, 3, 33, 20));
  result.push_back(random_case({17, 5, 1}, 33, 1, 1, 12, 65));
  result.push_back(random_case({16, 16, 16}, 16, 1, 1, 130, 97));
  result.push_back(random_case({24}, 40, 8, 1, 64, 16));
  // In tiles of 4×2 pixels.
  result.push_back(random_case({18}, 18, 1, 2, 1, 2));
  result.push_back(random_case({16}, 17, 1, 1, 41, 2));
  result.push_back(random_case({17, 5, 1}, 33, 1, 1, 14, 66));
  result.push_back(random_case({20, 20}, 35, 1, 3, 11, 24));
  result.push_back(random_case({16, 16, 16}, 16, 1, 1, 130, 98));
  // Their weights' gradients as well.
  result.push_back(random_case({33}, 17, 1, 1, 137, 70));
  result.push_back(random_case({20, 16}, 18, 1, 2, 50, 104));
  result.push_back(random_case({32}, 16, 1, 12, 33, 24));
  return result;
}

/// What rounding to single precision may cost a sum of n random terms, as a share of the largest
/// sum: n additions, each off by up to the unit roundoff times a partial sum, in random directions.
double rounding(int64_t terms) {
  constexpr double kUnitRoundoff = 0x1p-24;
  return kUnitRoundoff * std::sqrt(static_cast<double>(terms));
}

/// The same in a case whose sums of `terms` may be taken in tiles (Winograd's form): twice as much.
double rounding(const Case& c, int64_t terms) {
  return (c.groups == 1 ? 2 : 1) * rounding(terms);
}

double error(const torch::Tensor& actual, const torch::Tensor& expected) {
  return (actual.cpu().to(torch::kDouble) - expected).abs().max().item<double>() /
         (1e-30 + expected.abs().max().item<double>());
}

bool has_kernel(torch::ScalarType type) {
  const auto x = torch::zeros({1, 1, 1, 1}, type).contiguous(kChannelsLast);
  return convolve({x}, torch::zeros({1, 1, 3, 3})).statistics.has_value();
}

/// What LibTorch's operators do not promise, or have not.
class ConvolveKernel : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!has_kernel(torch::kFloat)) {
      GTEST_SKIP() << "No kernel for this processor.";
    }
  }
};

DIRCN_DEVICE_TEST(Convolve, EqualsTheConvolutionOfTheConcatenation) {
  for (const auto& c : cases()) {
    const auto y = convolve(c.sources_as(torch::kDouble, device),
                            c.weight_as(torch::kDouble, device), c.groups)
                       .x;
    EXPECT_LE(error(y, c.expected()), 1e-12) << c.name;
  }
}

TEST(Convolve, KernelIsAsExactAsSinglePrecisionAllows) {
  for (const auto& c : cases()) {
    const auto weight = c.weight_as(torch::kFloat);
    const auto result = convolve(c.sources_as(torch::kFloat), weight, c.groups);
    EXPECT_LE(error(result.x, c.expected()), rounding(c, weight[0].numel())) << c.name;
    EXPECT_TRUE(result.x.is_contiguous(kChannelsLast)) << c.name;
    EXPECT_EQ(result.x.scalar_type(), torch::kFloat);
  }
}

TEST(Convolve, Bfloat16IsRoundedOnce) {
  for (const auto& c : cases()) {
    const auto y = convolve(c.sources_as(torch::kBFloat16), c.weight_as(torch::kFloat), c.groups).x;
    ASSERT_EQ(y.scalar_type(), torch::kBFloat16);
    const auto expected = c.expected();
    const auto allowed = expected.abs() / 256 + 1e-4;
    // Without the kernel, products are rounded on the way.
    const double steps = has_kernel(torch::kFloat) ? 1.0 : 8.0;
    EXPECT_TRUE(((y.to(torch::kDouble) - expected).abs() <= steps * allowed).all().item<bool>())
        << c.name;
  }
}

class ConvolveStatistics : public ::testing::TestWithParam<torch::ScalarType> {};

TEST_P(ConvolveStatistics, AreThoseOfItsOutput) {
  if (!has_kernel(GetParam())) {
    GTEST_SKIP() << "No kernel for this processor.";
  }
  for (const auto& c : cases()) {
    const auto result = convolve(c.sources_as(GetParam()), c.weight_as(torch::kFloat), c.groups);
    ASSERT_TRUE(result.statistics.has_value()) << c.name;
    const auto y = result.x.to(torch::kDouble);
    const auto scale = y.abs().max().item<double>();
    EXPECT_LE((result.statistics->mean - y.mean({2, 3})).abs().max().item<double>(), 1e-6 * scale)
        << c.name;
    const auto std = (y - y.mean({2, 3}, true)).square().mean({2, 3}).sqrt();
    EXPECT_LE((result.statistics->std - std).abs().max().item<double>(), 1e-6 * scale) << c.name;
  }
}

INSTANTIATE_TEST_SUITE_P(, ConvolveStatistics, ::testing::Values(torch::kFloat, torch::kBFloat16));

TEST_F(ConvolveKernel, StatisticsStandAFarAwayMean) {
  torch::manual_seed(2);
  auto c = random_case({3}, 4, 1, 1, 40, 40);
  c.weight.zero_();
  c.weight.select(2, 1).select(2, 1).fill_(1);
  c.sources[0] = 1e4 + c.sources[0];
  const auto result = convolve(c.sources_as(torch::kFloat), c.weight_as(torch::kFloat));
  const auto expected = channel_statistics(result.x.to(torch::kDouble));
  ASSERT_TRUE(result.statistics.has_value());
  EXPECT_LE(error(result.statistics->std, expected.std), 1e-4);
}

torch::Tensor gradient_source(const torch::Tensor& y) {
  torch::manual_seed(3);
  return rounded(y.sizes());
}

/// The gradients of Σ y · dy for the sources, then the weight.
Tensors gradients(const Case& c, torch::ScalarType type) {
  Tensors inputs;
  for (const auto& source : c.sources_as(type)) {
    inputs.push_back(source.requires_grad_());
  }
  const auto sources = inputs;
  inputs.push_back(c.weight_as(type).requires_grad_());
  const auto y = convolve(sources, inputs.back(), c.groups).x;
  return torch::autograd::grad({y}, inputs, {gradient_source(y).to(type)});
}

TEST(Convolve, GradientsAreThoseOfTheOperators) {
  for (const auto& c : cases()) {
    const auto expected = gradients(c, torch::kDouble);
    const auto single = gradients(c, torch::kFloat);
    const auto half = gradients(c, torch::kBFloat16);
    for (size_t i = 0; i < expected.size(); ++i) {
      // A source's is summed over output channels and taps, the weight's over pixels.
      const bool of_weight = i + 1 == expected.size();
      const int64_t terms = of_weight ? c.sources[0].size(0) * c.sources[0][0][0].numel()
                                      : c.weight.size(0) / c.groups * 9;
      EXPECT_LE(error(single[i], expected[i]), of_weight ? rounding(terms) : rounding(c, terms))
          << c.name << ", input " << i;
      EXPECT_LE(error(half[i], expected[i]), 2e-2) << c.name << ", input " << i;
    }
  }
}

TEST(Convolve, GradientsAreTakenOnlyWhereAskedFor) {
  const auto c = random_case({4, 4}, 4, 1, 1, 6, 6);
  auto sources = c.sources_as(torch::kFloat);
  sources[1].requires_grad_();
  const auto y = convolve(sources, c.weight_as(torch::kFloat)).x;
  y.sum().backward();
  EXPECT_FALSE(sources[0].grad().defined());
  EXPECT_TRUE(sources[1].grad().defined());
}

TEST_F(ConvolveKernel, ResultsDoNotDependOnTheNumberOfThreads) {
  const auto c = random_case({16, 24}, 24, 1, 1, 121, 80);
  const int threads = torch::get_num_threads();
  const auto all = [&] {
    auto result = gradients(c, torch::kFloat);
    result.push_back(convolve(c.sources_as(torch::kFloat), c.weight_as(torch::kFloat)).x);
    return result;
  };
  torch::set_num_threads(1);
  const auto one = all();
  torch::set_num_threads(3);
  const auto three = all();
  torch::set_num_threads(threads);
  for (size_t i = 0; i < one.size(); ++i) {
    EXPECT_TRUE(torch::equal(one[i], three[i])) << i;
  }
}

TEST(Convolve, RefusesWeightsThatDoNotFit) {
  const auto x = torch::zeros({1, 4, 6, 6}).contiguous(kChannelsLast);
  EXPECT_THROW(convolve({x}, torch::zeros({8, 3, 3, 3})), c10::Error);
  EXPECT_THROW(convolve({x, x}, torch::zeros({8, 4, 3, 3})), c10::Error);
  EXPECT_THROW(convolve({x}, torch::zeros({8, 4, 3, 3}), 2), c10::Error);
  EXPECT_THROW(convolve({x}, torch::zeros({7, 2, 3, 3}), 2), c10::Error);
}

TEST_F(ConvolveKernel, NotANumberStaysNearWhereRowsAreMadeInPairs) {
  auto c = random_case({16}, 16, 1, 1, 9, 21);
  c.sources[0][0][5][4][10] = std::nan("");
  const auto result = convolve(c.sources_as(torch::kFloat), c.weight_as(torch::kFloat));
  const auto bad = torch::isnan(result.x);
  EXPECT_TRUE(bad.slice(2, 3, 6).slice(3, 9, 12).all().item<bool>());
  EXPECT_EQ(bad.sum().item<int64_t>(), 16 * 9);
}

TEST_F(ConvolveKernel, NotANumberStaysInTheTilesThatSeeIt) {
  auto c = random_case({16}, 16, 1, 1, 19, 20);
  c.sources[0][0][5][4][10] = std::nan("");
  const auto result = convolve(c.sources_as(torch::kFloat), c.weight_as(torch::kFloat));
  auto bad = torch::isnan(result.x);
  EXPECT_TRUE(bad.slice(2, 3, 6).slice(3, 9, 12).all().item<bool>());
  bad.slice(2, 0, 8).slice(3, 8, 12).zero_();
  EXPECT_FALSE(bad.any().item<bool>());
}

TEST_F(ConvolveKernel, WeightGradientsInTilesAreAtMostTwiceAsFarOffAsLibTorchs) {
  torch::manual_seed(5);
  const auto x = torch::randn({1, 36, 96, 96}).contiguous(kChannelsLast);
  const auto dy = torch::randn({1, 36, 96, 96}).contiguous(kChannelsLast);
  const auto weight = torch::randn({36, 36, 3, 3}).requires_grad_();
  const auto of = [&](const torch::Tensor& y, const torch::Tensor& of_weight) {
    return torch::autograd::grad({y}, {of_weight}, {dy.to(y.scalar_type())})[0].to(torch::kDouble);
  };
  const auto wide = weight.detach().to(torch::kDouble).requires_grad_();
  const auto expected = of(torch::conv2d(x.to(torch::kDouble), wide, {}, 1, 1), wide);
  const auto error_of = [&](const torch::Tensor& gradient) {
    return (gradient - expected).square().mean().sqrt().item<double>();
  };
  EXPECT_LE(error_of(of(convolve({x}, weight).x, weight)),
            2 * error_of(of(torch::conv2d(x, weight, {}, 1, 1), weight)));
}

double mean_square_error(const torch::Tensor& actual, const torch::Tensor& expected) {
  return (actual.to(torch::kDouble) - expected).square().mean().item<double>();
}

TEST_F(ConvolveKernel, ErrorInTilesIsAtMostTwiceThatOfLibTorch) {
  for (const int64_t channels : {16, 18, 36, 72}) {
    torch::manual_seed(4);
    const auto x = torch::randn({2, channels, 24, 24}).contiguous(kChannelsLast);
    const auto weight = torch::randn({channels, channels, 3, 3});
    const auto expected = torch::conv2d(x.to(torch::kDouble), weight.to(torch::kDouble), {}, 1, 1);
    const auto of_libtorch = torch::conv2d(x, weight, {}, 1, 1);
    EXPECT_LE(mean_square_error(convolve({x}, weight).x, expected),
              4 * mean_square_error(of_libtorch, expected))
        << channels;
  }
}

TEST_F(ConvolveKernel, ManyWeightsAreForLibTorchUnlessThePixelsAreMany) {
  const auto weight = torch::zeros({144, 288, 3, 3});
  const auto has_kernel_for = [&](int64_t size) {
    const auto x = torch::zeros({1, 288, size, size}).contiguous(kChannelsLast);
    return convolve({x}, weight).statistics.has_value();
  };
  EXPECT_FALSE(has_kernel_for(24));
  EXPECT_TRUE(has_kernel_for(48));
  EXPECT_FALSE(has_kernel_for(49)) << "an odd width";
}

TEST_F(ConvolveKernel, NotANumberReachesItsNeighboursAlone) {
  auto c = random_case({16}, 16, 4, 1, 9, 20);
  c.sources[0][0][5][4][19] = std::nan("");
  c.sources[0][0][5][0][0] = std::numeric_limits<double>::infinity();
  const auto result = convolve(c.sources_as(torch::kFloat), c.weight_as(torch::kFloat), 4);
  const auto bad = ~torch::isfinite(result.x);
  EXPECT_EQ(bad.sum().item<int64_t>(), 4 * (6 + 4));
  EXPECT_TRUE(bad.slice(1, 4, 8).slice(2, 3, 6).slice(3, 18, 20).all().item<bool>());
  EXPECT_TRUE(torch::isnan(result.statistics->mean.slice(1, 4, 8)).all().item<bool>());
  EXPECT_EQ(torch::isnan(result.statistics->mean).sum().item<int64_t>(), 4);
}

}  // namespace
}  // namespace dircn::convolve_test
