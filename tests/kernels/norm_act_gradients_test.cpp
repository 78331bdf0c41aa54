// First derivatives of norm_act: of LibTorch's operators by differences, of the kernels by those.

#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/types.h>
#include <torch/utils.h>

#include <vector>

#include "dircn/core/error.h"
#include "dircn/kernels/norm_act.h"
#include "dircn/runtime/device.h"
#include "norm_act_cases.h"
#include "support/devices.h"

namespace dircn::norm_act_gradients_test {
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

/// Of a sum over a case's result, so that no two values count the same, and those not at all that
/// rounding may bring to the other side of LeakyReLU's bend.
torch::Tensor weights_for(const Case& c, Activation activation, bool add) {
  const auto y = c.to(torch::kDouble, torch::MemoryFormat::Contiguous).result(activation, add);
  const auto weights = torch::linspace(-1, 1, y.numel(), torch::kDouble).mul(40).sin();
  const auto size = y.abs();
  return weights.view(y.sizes()) * (size > 1e-5 * (1 + size.max()));
}

/// Gradients of the weighted sum of a case's result, for x, scale, shift and residual.
std::vector<torch::Tensor> gradients(Case c, Activation activation, bool add,
                                     const torch::Tensor& weights) {
  std::vector<torch::Tensor> inputs{c.x, c.scale, c.shift};
  if (add) {
    inputs.push_back(c.residual);
  }
  for (auto& input : inputs) {
    input = input.detach();
    input.requires_grad_();
  }
  c = {c.name, inputs[0], inputs[1], inputs[2], add ? inputs[3] : c.residual};
  const auto y = c.result(activation, add);
  return torch::autograd::grad({(y * weights.to(y.options())).sum()}, inputs);
}

DIRCN_DEVICE_TEST(NormActGradients, GradientsAreThoseOfTheDefinition) {
  for (const auto& c : cases()) {
    for_each_form([&](Activation activation, bool add) {
      const auto weights = weights_for(c, activation, add);
      const auto expected = gradients(c.to(torch::kDouble, torch::MemoryFormat::Contiguous),
                                      activation, add, weights);
      const auto plain =
          gradients(c.to(torch::kFloat, torch::MemoryFormat::Contiguous), activation, add, weights);
      for (const auto format : kernel_formats(device)) {
        const auto fast = gradients(c.to(torch::kFloat, format, device), activation, add, weights);
        for (size_t i = 0; i < expected.size(); ++i) {
          const double scale = expected[i].abs().max().item<double>();
          EXPECT_LE(max_error(fast[i], expected[i]),
                    2 * max_error(plain[i], expected[i]) + 2e-6 * (1e-3 + scale))
              << c.name << ", " << format << ", input " << i;
        }
      }
    });
  }
}

DIRCN_DEVICE_TEST(NormActGradients, GradientsOfTheOperatorsPassANumericalCheck) {
  torch::manual_seed(3);
  const auto c =
      random_case({2, 3, 4, 5}, true).to(torch::kDouble, torch::MemoryFormat::Contiguous, device);
  const double step = 1e-6;
  torch::Tensor Case::*const inputs[] = {&Case::x, &Case::scale, &Case::shift, &Case::residual};
  for_each_form([&](Activation activation, bool add) {
    const auto weights = weights_for(c, activation, add).to(device);
    const auto analytic = gradients(c, activation, add, weights);
    const auto value = [&](const Case& at) {
      return (at.result(activation, add) * weights).sum().item<double>();
    };
    for (size_t i = 0; i < analytic.size(); ++i) {
      const auto direction = torch::randn_like(c.*inputs[i]);
      Case above = c;
      Case below = c;
      above.*inputs[i] = c.*inputs[i] + step * direction;
      below.*inputs[i] = c.*inputs[i] - step * direction;
      const double numerical = (value(above) - value(below)) / (2 * step);
      EXPECT_NEAR((analytic[i] * direction).sum().item<double>(), numerical, 1e-7) << i;
    }
  });
}

DIRCN_DEVICE_TEST(NormActGradients, TheLayoutOfWhatArrivesChangesNothing) {
  torch::manual_seed(4);
  const auto x = torch::randn({1, 4, 6, 5}, torch::kDouble).to(device).requires_grad_();
  const auto scale = torch::randn({4}, torch::kDouble).to(device);
  const auto y = norm_act({x}, scale, torch::zeros_like(scale), Activation::silu);
  const auto dy = torch::randn({1, 4, 6, 5}, torch::kDouble).to(device);
  const auto gradient = [&](torch::MemoryFormat format) {
    return torch::autograd::grad({y}, {x}, {dy.contiguous(format)}, /*retain_graph=*/true)[0].cpu();
  };
  EXPECT_LE(max_error(gradient(kChannelsLast), gradient(torch::MemoryFormat::Contiguous)), 1e-12);
}

DIRCN_DEVICE_TEST(NormActGradients, Bfloat16GradientsAreNearTheExactOnes) {
  torch::manual_seed(4);
  const double allowed = rounds_once(device) ? 1e-2 : 3e-2;
  for (const auto& c : {random_case({2, 12, 19, 23}, false), random_case({1, 16, 24, 32}, true)}) {
    for (const auto format : kernel_formats(device)) {
      const auto half = c.to(torch::kBFloat16, format, device);
      const auto exact = half.to(torch::kDouble, torch::MemoryFormat::Contiguous);
      for_each_form([&](Activation activation, bool add) {
        const auto weights = weights_for(exact, activation, add);
        const auto expected = gradients(exact, activation, add, weights);
        const auto actual = gradients(half, activation, add, weights);
        for (size_t i = 0; i < expected.size(); ++i) {
          EXPECT_EQ(actual[i].scalar_type(), i == 1 || i == 2 ? torch::kFloat : torch::kBFloat16);
          const auto error = actual[i].cpu().to(torch::kDouble) - expected[i];
          EXPECT_LE((error.norm() / expected[i].norm()).item<double>(), allowed)
              << c.name << ", " << format << ", input " << i;
        }
      });
    }
  }
}

DIRCN_DEVICE_TEST(NormActGradients, EveryRunGivesTheSameBits) {
  torch::manual_seed(5);
  const auto c = random_case({2, 16, 64, 48}, true);
  for (const auto format : kernel_formats(device)) {
    const auto single = c.to(torch::kFloat, format, device);
    for_each_form([&](Activation activation, bool add) {
      const auto weights = weights_for(c, activation, add);
      const auto once = gradients(single, activation, add, weights);
      const auto again = gradients(single, activation, add, weights);
      for (size_t i = 0; i < once.size(); ++i) {
        EXPECT_TRUE(torch::equal(once[i], again[i])) << format << ", input " << i;
      }
    });
  }
}

TEST(NormActGradients, AnyNumberOfThreadsGivesTheSameBits) {
  const int threads = torch::get_num_threads();
  for (const auto& c : cases()) {
    const auto single = c.to(torch::kFloat, kChannelsLast);
    const auto weights = weights_for(c, Activation::silu, true);
    torch::set_num_threads(1);
    const auto alone = gradients(single, Activation::silu, true, weights);
    const auto y = single.result(Activation::silu, false);
    torch::set_num_threads(3);
    const auto together = gradients(single, Activation::silu, true, weights);
    EXPECT_TRUE(torch::equal(single.result(Activation::silu, false), y)) << c.name;
    for (size_t i = 0; i < alone.size(); ++i) {
      EXPECT_TRUE(torch::equal(alone[i], together[i])) << c.name << ", input " << i;
    }
  }
  torch::set_num_threads(threads);
}

DIRCN_DEVICE_TEST(NormActGradients, WithoutScaleAndShiftXHasItsGradientAlone) {
  for (auto c : cases()) {
    c.scale = torch::ones_like(c.scale);
    c.shift = torch::zeros_like(c.shift);
    for (const auto activation : kActivations) {
      const auto weights = weights_for(c, activation, false);
      for (const auto type : {torch::kDouble, torch::kFloat}) {
        for (const auto format : kernel_formats(device)) {
          const auto given = c.to(type, format, device);
          const auto x = given.x.detach().requires_grad_();
          const auto y = norm_act({x}, activation);
          const auto dx = torch::autograd::grad({(y * weights.to(y.options())).sum()}, {x})[0];
          const auto expected = gradients(given, activation, false, weights)[0];
          EXPECT_TRUE(torch::equal(dx, expected)) << c.name << ", " << format;
        }
      }
    }
  }
}

TEST(NormActGradients, RefusesSecondDerivativesOfTheKernel) {
  const auto c = random_case({1, 4, 8, 8}, false).to(torch::kFloat, kChannelsLast);
  const auto x = c.x.detach().requires_grad_();
  const auto y = norm_act({x}, c.scale, c.shift, Activation::silu);
  EXPECT_THROW(torch::autograd::grad({y.sum()}, {x}, {}, {}, /*create_graph=*/true), Error);
}

}  // namespace
}  // namespace dircn::norm_act_gradients_test
