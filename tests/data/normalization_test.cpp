#include "data/normalization.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include <string>

#include "support/golden.h"

namespace dircn::normalization_test {
namespace {

using testing::GoldenFile;

double centre_maximum(const torch::Tensor& kspace, double fraction) {
  return normalization_scale(Normalization::center_maximum, kspace, torch::ones({2, 2}), fraction);
}

/// What Ottesen's own transform divides by.
TEST(NormalizationScale, CentreMaximumEqualsTheReferences) {
  const GoldenFile file("S5_preproc.pth");
  for (int64_t i = 0; i < file.integer("num_cases"); ++i) {
    const std::string key = "case." + std::to_string(i) + ".";
    const torch::Tensor masked =
        testing::as_complex(file.tensor(key + "kspace")) * file.tensor(key + "mask");
    const double expected = file.number(key + "orig_normalize_max");
    const double fraction = file.number(key + "orig_normalize_center_fraction");
    EXPECT_NEAR(centre_maximum(masked, fraction) / expected, 1, 1e-6) << key;
  }
}

TEST(NormalizationScale, LooksAtTheCentreColumnsAlone) {
  torch::Tensor kspace = torch::zeros({2, 3, 20}, torch::kComplexFloat);
  const auto place = [&](int64_t column, double value) {
    torch::view_as_real(kspace)[1][2][column][1] = -value;
  };
  place(7, 9);
  place(12, 8);
  place(8, 2);
  place(11, 3);
  EXPECT_DOUBLE_EQ(centre_maximum(kspace, 0.2), 3);  // columns 8 ... 11
  EXPECT_DOUBLE_EQ(centre_maximum(kspace, 0.3), 9);  // 7 ... 12
  place(10, 0.5);
  EXPECT_DOUBLE_EQ(centre_maximum(kspace, 0.01), 0.5) << "9 and 10, the fewest";
  EXPECT_DOUBLE_EQ(centre_maximum(torch::full({1, 1, 1}, 4, torch::kComplexFloat), 1), 4);
}

TEST(NormalizationScale, TakesTheImagesMaximumOrNothing) {
  const torch::Tensor kspace = torch::full({1, 4, 4}, 7, torch::kComplexFloat);
  const torch::Tensor image = torch::tensor({{0.25F, 0.5F}, {0.0F, 0.125F}});
  const auto scale = [&](Normalization kind) {
    return normalization_scale(kind, kspace, image, 0.5);
  };
  EXPECT_DOUBLE_EQ(scale(Normalization::none), 1);
  EXPECT_DOUBLE_EQ(scale(Normalization::center_maximum), 7);
  EXPECT_DOUBLE_EQ(scale(Normalization::zero_filled_maximum), 0.5);
}

TEST(NormalizationScale, IsOneForNothing) {
  const torch::Tensor kspace = torch::zeros({1, 4, 4}, torch::kComplexFloat);
  for (const auto kind : {Normalization::center_maximum, Normalization::zero_filled_maximum}) {
    EXPECT_DOUBLE_EQ(normalization_scale(kind, kspace, torch::zeros({4, 4}), 0.5), 1);
  }
}

}  // namespace
}  // namespace dircn::normalization_test
