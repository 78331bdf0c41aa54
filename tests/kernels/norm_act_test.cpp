#include "dircn/kernels/norm_act.h"

#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/types.h>
#include <torch/utils.h>

#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include "dircn/runtime/device.h"
#include "norm_act_cases.h"
#include "support/devices.h"

namespace dircn::norm_act_test {
namespace {

using testing::Case;
using testing::cases;
using testing::for_each_form;
using testing::kActivations;
using testing::kChannelsLast;
using testing::kernel_formats;
using testing::max_error;
using testing::random_case;
using testing::rounds_once;

/// The result by the definition, in elementary operations.
torch::Tensor by_definition(const Case& c, Activation activation, bool add) {
  const auto mean = c.x.mean({2, 3}, true);
  const auto variance = (c.x - mean).square().mean({2, 3}, true);
  const auto term = [&](const torch::Tensor& t) {
    return t.expand({c.x.size(0), -1}).unsqueeze(-1).unsqueeze(-1);
  };
  auto z = (c.x - mean) / (variance + 1e-5).sqrt() * term(c.scale) + term(c.shift);
  z = add ? z + c.residual : z;
  switch (activation) {
    case Activation::none:
      break;
    case Activation::silu:
      return z / (1 + torch::exp(-z));
    case Activation::leaky_relu:
      return torch::where(z > 0, z, 0.2 * z);
  }
  return z;
}

DIRCN_DEVICE_TEST(NormAct, IsWhatItsDefinitionSays) {
  for (const auto& c : cases()) {
    for_each_form([&](Activation activation, bool add) {
      const auto expected = by_definition(c, activation, add);
      const auto actual = c.to(torch::kDouble, torch::MemoryFormat::Contiguous, device);
      EXPECT_LE(max_error(actual.result(activation, add), expected),
                1e-9 * (1 + expected.abs().max().item<double>()))
          << c.name;
    });
  }
}

DIRCN_DEVICE_TEST(NormAct, KernelIsAsExactAsLibTorch) {
  for (const auto& c : cases()) {
    for_each_form([&](Activation activation, bool add) {
      const auto expected = by_definition(c, activation, add);
      const auto operators =
          c.to(torch::kFloat, torch::MemoryFormat::Contiguous).result(activation, add);
      const double tiny = 3e-7 * (1 + expected.abs().max().item<double>());
      for (const auto format : kernel_formats(device)) {
        EXPECT_LE(max_error(c.to(torch::kFloat, format, device).result(activation, add), expected),
                  2 * max_error(operators, expected) + tiny)
            << c.name << ", " << format;
      }
    });
  }
}

DIRCN_DEVICE_TEST(NormAct, KeepsShapeTypeAndLayout) {
  for (const auto format : kernel_formats(device)) {
    for (const auto type : {torch::kFloat, torch::kBFloat16}) {
      const auto c = random_case({2, 6, 5, 7}, true).to(type, format, device);
      const auto y = c.result(Activation::silu, true);
      EXPECT_EQ(y.sizes(), c.x.sizes());
      EXPECT_EQ(y.scalar_type(), type);
      EXPECT_TRUE(y.is_contiguous(format));
    }
  }
}

DIRCN_DEVICE_TEST(NormAct, Bfloat16IsRoundedOnce) {
  torch::manual_seed(2);
  for (const auto& c : {random_case({2, 20, 33, 21}, false), random_case({1, 16, 40, 48}, true)}) {
    for (const auto format : kernel_formats(device)) {
      const auto half = c.to(torch::kBFloat16, format, device);
      const auto exact = half.to(torch::kDouble, torch::MemoryFormat::Contiguous);
      for_each_form([&](Activation activation, bool add) {
        const auto expected = by_definition(exact, activation, add);
        const auto actual = half.result(activation, add).cpu().to(torch::kDouble);
        // Once, to 8 bits.
        const double steps = rounds_once(device) ? 1.01 : 6;
        const auto allowed =
            steps * (expected.abs() / 256 + 1e-6) + (rounds_once(device) ? 0.0 : 0.05);
        EXPECT_TRUE(((actual - expected).abs() <= allowed).all().item<bool>())
            << c.name << ", " << format;
      });
    }
  }
}

DIRCN_DEVICE_TEST(NormAct, NotANumberStaysInItsChannel) {
  for (const auto format : kernel_formats(device)) {
    auto c = random_case({1, 20, 9, 9}, false).to(torch::kFloat, format, device);
    c.x[0][3][4][4] = std::nan("");
    const auto bad = torch::isnan(c.result(Activation::silu, false)).flatten(2);
    EXPECT_TRUE(bad.select(1, 3).all().item<bool>());
    EXPECT_EQ(bad.sum().item<int64_t>(), 81);
  }
}

constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// What an activation makes of z, which arrives as a residual where all else is 0.
torch::Tensor activated(Activation activation, const torch::Tensor& z) {
  const auto zero = torch::zeros(
      {z.size(1)},
      z.options().dtype(z.scalar_type() == torch::kDouble ? torch::kDouble : torch::kFloat));
  return norm_act({torch::zeros_like(z)}, zero, zero, activation, z);
}

/// Values along an image's width, in one channel.
torch::Tensor values_in_a_row(const std::vector<double>& values) {
  return torch::tensor(values, torch::kDouble).view({1, 1, 1, -1});
}

DIRCN_DEVICE_TEST(NormAct, SiluHasItsLimits) {
  if (!rounds_once(device)) {
    GTEST_SKIP() << "needs kernels of dircn's own: LibTorch's SiLU of minus infinity is no number";
  }
  const auto z = values_in_a_row({-kInfinity, -1e4, -88.0, -87.0, -20.0, -1e-3, 0.0, 1e-30, 3.0,
                                  87.0, 1e4, kInfinity, std::nan("")});
  const auto y = activated(Activation::silu, z.to(device, torch::kFloat).contiguous(kChannelsLast))
                     .cpu()
                     .to(torch::kDouble)
                     .flatten();
  const auto expected = torch::where(z.isinf() & (z < 0), torch::zeros_like(z), torch::silu(z));
  for (int64_t i = 0; i < y.numel(); ++i) {
    const double value = expected.flatten()[i].item<double>();
    const double actual = y[i].item<double>();
    if (std::isfinite(value)) {
      EXPECT_NEAR(actual, value, 5e-7 * std::abs(value) + 1e-35) << z.flatten()[i];
    } else {
      EXPECT_EQ(std::isnan(actual), std::isnan(value));
      EXPECT_EQ(std::isinf(actual), std::isinf(value));
    }
  }
}

DIRCN_DEVICE_TEST(NormAct, LeakyReluIsExactAtItsBendAndItsEnds) {
  const std::vector<double> arguments{-kInfinity, -1e4,  -5.0, -1e-3, -1e-30,    -0.0,
                                      0.0,        1e-30, 1e-3, 3.0,   kInfinity, std::nan("")};
  for (const auto& [type, unit] :
       {std::pair(torch::kDouble, 1e-15), {torch::kFloat, 1e-7}, {torch::kBFloat16, 1.0 / 256}}) {
    // In the type's own numbers.
    const auto z = values_in_a_row(arguments).to(device, type).contiguous(kChannelsLast);
    const auto leaf = z.detach().requires_grad_();
    const auto y = activated(Activation::leaky_relu, leaf);
    const auto slope = torch::autograd::grad({y}, {leaf}, {torch::ones_like(y)})[0];
    const auto at = [](const torch::Tensor& values, int64_t i) {
      return values.detach().cpu().to(torch::kDouble).flatten()[i].item<double>();
    };
    for (int64_t i = 0; i < z.numel(); ++i) {
      const double argument = at(z, i);
      const double expected = argument > 0 ? argument : 0.2 * argument;
      if (std::isfinite(expected)) {
        EXPECT_NEAR(at(y, i), expected, unit * std::abs(expected)) << type << " " << argument;
      } else {
        EXPECT_EQ(std::isnan(at(y, i)), std::isnan(expected)) << type << " " << argument;
        EXPECT_TRUE(std::isnan(expected) || at(y, i) == expected) << type << " " << argument;
      }
      EXPECT_NEAR(at(slope, i), argument > 0 ? 1.0 : 0.2, unit) << type << " " << argument;
    }
  }
}

DIRCN_DEVICE_TEST(NormAct, WithoutScaleAndShiftTheyAreOneAndZero) {
  for (auto c : cases()) {
    c.scale = torch::ones_like(c.scale);
    c.shift = torch::zeros_like(c.shift);
    for (const auto activation : kActivations) {
      const auto expected = by_definition(c, activation, false);
      const auto exact = c.to(torch::kDouble, torch::MemoryFormat::Contiguous, device);
      EXPECT_LE(max_error(norm_act({exact.x}, activation), expected),
                1e-9 * (1 + expected.abs().max().item<double>()))
          << c.name;
      for (const auto type : {torch::kFloat, torch::kBFloat16}) {
        for (const auto format : kernel_formats(device)) {
          const auto kernel = c.to(type, format, device);
          const auto y = norm_act({kernel.x}, activation);
          EXPECT_TRUE(torch::equal(y, kernel.result(activation, false)))
              << c.name << ", " << format;
          EXPECT_EQ(y.scalar_type(), type);
          EXPECT_TRUE(y.is_contiguous(format));
        }
      }
    }
  }
}

DIRCN_DEVICE_TEST(NormAct, TakesStatisticsThatAreAtHand) {
  const auto c = random_case({2, 6, 17, 9}, true, 3, 2).to(torch::kFloat, kChannelsLast, device);
  const auto statistics = channel_statistics(c.x);
  const auto expected = torch::std_mean(c.x.to(torch::kDouble), {2, 3}, /*unbiased=*/false);
  EXPECT_LE((statistics.std - std::get<0>(expected)).abs().max().item<double>(), 1e-6);
  EXPECT_LE((statistics.mean - std::get<1>(expected)).abs().max().item<double>(), 1e-6);
  const auto y = norm_act({c.x, statistics}, c.scale, c.shift, Activation::silu, c.residual);
  EXPECT_TRUE(torch::equal(y, c.result(Activation::silu, true)));
}

TEST(NormAct, OverwritesOnlyWhatNobodyElseHolds) {
  const torch::NoGradGuard no_grad;
  const auto c = random_case({1, 4, 8, 8}, false).to(torch::kFloat, kChannelsLast);
  const auto copy = c.x.clone();
  const auto expected = c.result(Activation::silu, false);
  EXPECT_TRUE(torch::equal(c.x, copy));
  norm_act({c.x.view_as(c.x)}, c.scale, c.shift, Activation::silu);
  EXPECT_TRUE(torch::equal(c.x, copy));

  auto temporary = c.x.clone();
  const void* memory = temporary.data_ptr();
  const auto y = norm_act({std::move(temporary)}, c.scale, c.shift, Activation::silu);
  EXPECT_EQ(y.data_ptr(), memory);
  EXPECT_TRUE(torch::equal(y, expected));

  temporary = c.x.clone();
  memory = temporary.data_ptr();
  EXPECT_EQ(norm_act({std::move(temporary)}, Activation::silu).data_ptr(), memory);
}

}  // namespace
}  // namespace dircn::norm_act_test
