// The gradients of data consistency and of the sums over coils that follow it.

#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/types.h>

#include <cmath>

#include "dircn/core/error.h"
#include "dircn/model/cascade_kspace.h"
#include "model/data_consistency_cases.h"
#include "support/devices.h"

namespace dircn::data_consistency_gradients_test {
namespace {

using testing::consistency::Case;
using testing::consistency::cases;
using testing::consistency::gradients;
using testing::consistency::in_a_row;
using testing::consistency::LiteralKspace;
using testing::consistency::name_of;
using testing::consistency::rows_of_forms;
using testing::consistency::scalar;

DIRCN_DEVICE_TEST(DataConsistency, GradientsAreThoseOfTheFormulas) {
  for (const auto& c : cases()) {
    for (const auto& forms : rows_of_forms()) {
      const auto expected = gradients<LiteralKspace>(c.to(device), forms);
      const auto actual = gradients<CascadeKspace>(c.to(device), forms);
      for (size_t i = 0; i < expected.size(); ++i) {
        ASSERT_EQ(actual[i].sizes(), expected[i].sizes());
        const double error = (actual[i] - expected[i]).abs().max().item<double>();
        EXPECT_LE(error, 1e-10 * (expected[i].abs().max().item<double>() + 1))
            << name_of(c, forms) << ", " << i;
      }
    }
  }
}

TEST(DataConsistency, GradientsPassANumericalCheck) {
  const double step = 1e-6;
  for (const auto& c : cases()) {
    for (const auto& forms : rows_of_forms()) {
      const auto analytic = gradients<CascadeKspace>(c, forms);
      for (size_t i = 0; i < analytic.size(); ++i) {
        const auto direction = torch::randn_like(*Case(c).inputs()[i]);
        const auto value = [&](double distance) {
          Case moved = c;
          auto& input = *moved.inputs()[i];
          input = input + distance * direction;
          return scalar<CascadeKspace>(moved, forms).item<double>();
        };
        const double numerical = (value(step) - value(-step)) / (2 * step);
        // LibTorch's complex gradients hold dL/d(re) + i dL/d(im).
        const double along =
            torch::real((analytic[i].conj() * direction).sum().to(torch::kComplexDouble))
                .item<double>();
        const double size = analytic[i].abs().max().item<double>() *
                            std::sqrt(static_cast<double>(analytic[i].numel()));
        EXPECT_NEAR(along, numerical, 1e-7 * (size + 1)) << name_of(c, forms) << ", input " << i;
      }
    }
  }
}

TEST(DataConsistency, MeasuredKspaceMayAskForAGradientWhereItWasSampled) {
  for (const auto& c : cases()) {
    for (const auto& forms : rows_of_forms()) {
      Case tracked = c;
      tracked.kspace = c.kspace.detach().clone().requires_grad_();
      const auto expected =
          torch::autograd::grad({scalar<LiteralKspace>(tracked, forms)}, {tracked.kspace})[0];
      const auto actual =
          torch::autograd::grad({scalar<CascadeKspace>(tracked, forms)}, {tracked.kspace})[0];
      EXPECT_LE((actual - expected * c.mask).abs().max().item<double>(),
                1e-10 * (expected.abs().max().item<double>() + 1))
          << name_of(c, forms);
    }
  }
}

TEST(DataConsistency, RefusesSecondDerivatives) {
  for (const auto& forms : rows_of_forms()) {
    auto c = cases().front();
    c.images[0].requires_grad_();
    const auto value = scalar<CascadeKspace>(c, forms);
    EXPECT_THROW(torch::autograd::grad({value}, {c.images[0]}, {}, {}, /*create_graph=*/true),
                 Error);
  }
}

TEST(CascadeKspace, DarknessHasMagnitudeZeroAndFiniteGradients) {
  for (const auto& forms : rows_of_forms()) {
    auto c = cases().front();
    c.kspace.zero_();
    for (auto& image : c.images) {
      image.select(2, 3).zero_();
    }
    for (auto* input : c.inputs()) {
      input->requires_grad_();
    }
    const auto image = in_a_row<CascadeKspace>(c, forms).back().magnitude();
    EXPECT_EQ(image.select(2, 3).abs().max().item<double>(), 0) << name_of(c, forms);
    image.sum().backward();
    for (const auto* input : c.inputs()) {
      const auto& gradient = input->grad();
      EXPECT_TRUE(!gradient.defined() || torch::isfinite(gradient.abs()).all().item<bool>())
          << name_of(c, forms);
    }
  }
}

}  // namespace
}  // namespace dircn::data_consistency_gradients_test
