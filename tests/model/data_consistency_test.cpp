// Data consistency and the sums over coils that follow it, which never store k-space, against the
// formulas of DIRCN §2.1 written down as they stand.

#include <gtest/gtest.h>
#include <torch/types.h>
#include <torch/utils.h>

#include <limits>
#include <string>

#include "dircn/model/cascade_kspace.h"
#include "dircn/mri/cache_blocks.h"
#include "model/data_consistency_cases.h"
#include "support/devices.h"
#include "support/golden.h"

namespace dircn::data_consistency_test {
namespace {

using testing::relative_max_error;
using testing::consistency::cases;
using testing::consistency::gradients;
using testing::consistency::in_a_row;
using testing::consistency::LiteralKspace;
using testing::consistency::name_of;
using testing::consistency::rows_of_forms;

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

DIRCN_DEVICE_TEST(DataConsistency, IsThatOfTheFormulas) {
  for (const auto& c : cases()) {
    for (const auto& forms : rows_of_forms()) {
      const auto expected = in_a_row<LiteralKspace>(c.to(device), forms);
      const auto actual = in_a_row<CascadeKspace>(c.to(device), forms);
      for (size_t t = 0; t < expected.size(); ++t) {
        const auto name = name_of(c, forms) + ": " + std::to_string(t);
        EXPECT_LE(relative_max_error(actual[t].whole(), expected[t].whole()), 1e-12) << name;
        EXPECT_LE(relative_max_error(actual[t].combined(), expected[t].combined()), 1e-12) << name;
        EXPECT_LE(relative_max_error(actual[t].magnitude(), expected[t].magnitude()), 1e-12)
            << name;
      }
    }
  }
}

TEST(DataConsistency, AnyNumberOfThreadsGivesTheSameBits) {
  const int threads = torch::get_num_threads();
  for (const auto& c : cases()) {
    for (const auto& forms : rows_of_forms()) {
      torch::set_num_threads(1);
      const auto alone = in_a_row<CascadeKspace>(c, forms).back();
      const auto gradients_alone = gradients<CascadeKspace>(c, forms);
      torch::set_num_threads(3);
      const auto together = in_a_row<CascadeKspace>(c, forms).back();
      const auto gradients_together = gradients<CascadeKspace>(c, forms);
      const auto name = name_of(c, forms);
      EXPECT_TRUE(torch::equal(together.combined(), alone.combined())) << name;
      EXPECT_TRUE(torch::equal(together.magnitude(), alone.magnitude())) << name;
      for (size_t i = 0; i < gradients_alone.size(); ++i) {
        EXPECT_TRUE(torch::equal(gradients_together[i], gradients_alone[i])) << name << ", " << i;
      }
    }
  }
  torch::set_num_threads(threads);
}

/// Root of the mean square error relative to that of `b`.
double relative_error(const torch::Tensor& a, const torch::Tensor& b) {
  const auto wide = a.to(b.scalar_type());
  return ((wide - b).abs().square().sum() / b.abs().square().sum()).sqrt().item<double>();
}

DIRCN_DEVICE_TEST(DataConsistency, SinglePrecisionIsAsNearAsTheFormulas) {
  const double rounding = std::numeric_limits<float>::epsilon() / 2;
  for (const auto& c : cases()) {
    for (const auto& forms : rows_of_forms()) {
      const auto exact = in_a_row<LiteralKspace>(c.to(device), forms);
      const auto single = c.to(device, torch::kFloat);
      const auto formula = in_a_row<LiteralKspace>(single, forms);
      const auto actual = in_a_row<CascadeKspace>(single, forms);
      for (size_t t = 1; t < exact.size(); ++t) {
        const auto expect_near = [&](const torch::Tensor& ours, const torch::Tensor& theirs,
                                     const torch::Tensor& truth) {
          EXPECT_EQ(ours.scalar_type(), theirs.scalar_type());
          EXPECT_LE(relative_error(ours, truth), 2 * relative_error(theirs, truth) + rounding)
              << name_of(c, forms) << ": " << t;
        };
        expect_near(actual[t].combined(), formula[t].combined(), exact[t].combined());
        expect_near(actual[t].magnitude(), formula[t].magnitude(), exact[t].magnitude());
      }
    }
  }
}

TEST(DataConsistency, NotANumberIsNotHidden) {
  for (const auto& forms : rows_of_forms()) {
    auto c = cases().front();
    c.kspace[0][1][2][0] = std::numeric_limits<double>::quiet_NaN();
    const auto kspace = in_a_row<CascadeKspace>(c, forms).back();
    EXPECT_TRUE(torch::isnan(kspace.combined()).any().item<bool>()) << name_of(c, forms);
    EXPECT_TRUE(torch::isnan(kspace.magnitude()).any().item<bool>()) << name_of(c, forms);
  }
}

TEST(CascadeKspace, BeginsWithTheMeasurement) {
  for (const auto& c : cases()) {
    const SamplingSpace space(c.kspace, c.mask);
    EXPECT_TRUE(torch::equal(CascadeKspace(space, space.roll(c.maps)).whole(), space.measured()))
        << c.name;
  }
}

}  // namespace
}  // namespace dircn::data_consistency_test
