// What is noticed in a slice, its mask and its label. Expectations follow from how each was made.

#include "data/slice_check.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include <string>
#include <vector>

#include "dircn/mri/coils.h"
#include "dircn/mri/fft.h"
#include "support/challenge_files.h"
#include "support/random_input.h"

namespace dircn::slice_check_test {
namespace {

constexpr int64_t kHeight = 20;
constexpr int64_t kWidth = 24;

/// Noise everywhere, so that nothing is empty by chance.
torch::Tensor noise(double scale = 1e-4) {
  torch::manual_seed(1);
  return scale * torch::randn({3, kHeight, kWidth}, torch::kComplexFloat);
}

/// Columns 1, 5, 9, ..., 21 and 10 to 13.
torch::Tensor columns() {
  auto mask = torch::zeros({kWidth}, torch::kBool);
  mask.slice(0, 1, kWidth, 4).fill_(true);
  mask.slice(0, 10, 14).fill_(true);
  return mask;
}

CheckedSlice slice(const torch::Tensor& kspace, const torch::Tensor& mask) {
  return {"a.h5 slice 0", kspace, mask, torch::ones({kWidth}, torch::kBool)};
}

void expect_one(const std::vector<InputFinding>& findings, bool fatal,
                const std::vector<std::string>& parts) {
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings[0].fatal, fatal);
  const std::string text = findings[0].text();
  for (const auto& part : parts) {
    EXPECT_NE(text.find(part), std::string::npos) << part << " is not in: " << text;
  }
}

TEST(Gaps, AreWhatAMaskLeftOutBetweenItsColumns) {
  auto expected = columns().logical_not();
  expected[0] = false;                         // nothing was measured before it,
  expected.slice(0, 22, kWidth).fill_(false);  // or behind these
  const auto masked = noise() * columns();
  EXPECT_TRUE(torch::equal(gaps(masked, true)[0], expected));
  const auto traces = masked + noise(1e-12) * columns().logical_not();
  EXPECT_TRUE(torch::equal(gaps(traces, true)[0], expected)) << "resampled";
  EXPECT_TRUE(is_masked(gaps(traces, true)));
  const auto weak = masked + noise(1e-6) * columns().logical_not();
  EXPECT_FALSE(gaps(weak, true).any().item<bool>()) << "a 10000th of the energy is a measurement";
}

TEST(Gaps, AreNotWhereAFullScanWasPadded) {
  auto padded = noise();
  padded.slice(2, 0, 6).zero_();
  padded.slice(2, 18, kWidth).zero_();
  EXPECT_FALSE(gaps(padded, true).any().item<bool>());
  padded.slice(2, 0, 6) += noise(1e-12).slice(2, 0, 6);
  EXPECT_FALSE(gaps(padded, true).any().item<bool>());
  EXPECT_FALSE(gaps(padded, false).any().item<bool>());
}

TEST(Gaps, AreNotWhereKspaceDecays) {
  const auto distance = torch::abs(torch::arange(kWidth, torch::kFloat) - 11.5);
  const auto steep = noise() * torch::pow(10, -distance);  // a 100th of the energy each column
  EXPECT_FALSE(gaps(steep, true).any().item<bool>());
  EXPECT_FALSE(
      gaps(torch::zeros({3, kHeight, kWidth}, torch::kComplexFloat), true).any().item<bool>());
}

TEST(Gaps, AFewLostColumnsAreNoMask) {
  auto lost = testing::full_kspace(1, 3, kHeight, 60, 1)[0];
  lost.slice(2, 20, 22).zero_();
  EXPECT_EQ(gaps(lost, true).sum().item<int64_t>(), 2);
  EXPECT_FALSE(is_masked(gaps(lost, true)));
  lost.slice(2, 24, 25).zero_();
  EXPECT_TRUE(is_masked(gaps(lost, true))) << "3 of 60 are a 20th";
}

TEST(Gaps, OfPointsLieAlongRowsOrColumns) {
  torch::manual_seed(2);
  const auto points = torch::rand({kHeight, kWidth}) < 0.3;
  EXPECT_TRUE(is_masked(gaps(noise() * points, false)));
  const auto rows = (torch::arange(kHeight) % 3 == 0).unsqueeze(1).expand({kHeight, kWidth});
  auto expected = rows.logical_not().clone();
  expected.slice(0, 19, kHeight).fill_(false);  // row 18 is the last
  EXPECT_TRUE(torch::equal(gaps(noise() * rows, false), expected));
  EXPECT_FALSE(gaps(noise(), false).any().item<bool>());
}

TEST(CheckKspace, RefusesTargetsOfMaskedKspace) {
  const auto masked = noise() * columns();
  for (const auto& kspace : {masked, masked + noise(1e-12) * columns().logical_not()}) {
    for (const auto& mask :
         {columns(), columns().roll(1, 0), torch::ones({kWidth}, torch::kBool)}) {
      expect_one(check_kspace(slice(kspace, mask), Targets::made_of_kspace), true,
                 {"a.h5 slice 0", "masked already", "12 of 24 columns", "fully sampled"});
    }
  }
}

TEST(CheckKspace, TakesFullKspaceAlsoPadded) {
  auto padded = noise();
  padded.slice(2, 0, 6).zero_();
  padded.slice(2, 18, kWidth).zero_();
  for (const auto targets : {Targets::made_of_kspace, Targets::labels}) {
    for (const auto& kspace : {noise(), padded, torch::zeros_like(padded)}) {
      EXPECT_TRUE(check_kspace(slice(kspace, columns()), targets).empty());
    }
  }
}

TEST(CheckKspace, RefusesTargetsThatAreTheInput) {
  auto centre = torch::zeros({kWidth}, torch::kBool);
  centre.slice(0, 8, 16).fill_(true);
  expect_one(check_kspace(slice(noise() * centre, centre), Targets::made_of_kspace), true,
             {"16 of 24 columns", "zero-filled image"});
  EXPECT_TRUE(check_kspace(slice(noise() * centre, centre), Targets::labels).empty());
  CheckedSlice padded = slice(noise() * centre, centre);
  padded.acquired = centre;  // so that nothing is left out
  EXPECT_TRUE(check_kspace(padded, Targets::made_of_kspace).empty());
}

TEST(CheckKspace, WithLabelsMaskedKspaceNeedsItsOwnMask) {
  const auto masked = noise() * columns();
  EXPECT_TRUE(check_kspace(slice(masked, columns()), Targets::labels).empty());
  expect_one(check_kspace(slice(masked, columns().roll(1, 0)), Targets::labels), true,
             {"another mask", "data set 'mask'"});
}

TEST(CheckMask, WantsACentre) {
  EXPECT_TRUE(check_mask("a", columns()).empty());
  auto without = columns();
  without.slice(0, 9, 14).zero_();
  expect_one(check_mask("a", without), true, {"does not sample the centre", "column 12"});
  auto grid = torch::ones({kHeight, kWidth}, torch::kBool);
  EXPECT_TRUE(check_mask("a", grid).empty());
  grid[kHeight / 2][kWidth / 2] = false;
  expect_one(check_mask("a", grid), true, {"does not sample the centre"});
}

TEST(CheckMask, WarnsOfANarrowCentre) {
  auto three = torch::zeros({kWidth}, torch::kBool);
  three.slice(0, 11, 14).fill_(true);
  expect_one(check_mask("a.h5", three), false, {"a.h5", "3 columns"});
  three[10] = true;
  EXPECT_TRUE(check_mask("a.h5", three).empty());
  auto low = torch::zeros({kHeight, kWidth}, torch::kBool);
  low.slice(0, 9, 12).fill_(true);  // three rows around row 10
  expect_one(check_mask("a.h5", low), false, {"3 x"});
}

/// 128 columns of which these are sampled, `last` not among them.
torch::Tensor sampled_from(int64_t first, int64_t last) {
  auto mask = torch::zeros({128}, torch::kBool);
  mask.slice(0, first, last).fill_(true);
  return mask;
}

// Column 64 is the middle. Of the symmetric centre as many columns count to its left as from there
// on, at least the middle itself; of the other one those of a window as wide as all of them.
TEST(CheckMask, CountsWhatTheMapsAreMadeOf) {
  const auto check = [](const torch::Tensor& mask, Calibration calibration) {
    return check_mask("a.h5", mask, calibration);
  };
  const auto symmetric = Calibration::symmetric_centre;
  EXPECT_TRUE(check(sampled_from(60, 71), symmetric).empty());  // 4 + 4
  EXPECT_TRUE(check(sampled_from(62, 75), symmetric).empty());  // 2 + 2
  expect_one(check(sampled_from(63, 75), symmetric), false,
             {"a.h5", "2 columns", "as many on one"});
  expect_one(check(sampled_from(53, 65), symmetric), false, {"a.h5", "2 columns"});
  expect_one(check(sampled_from(64, 75), symmetric), false, {"a.h5", "1 columns"});
  EXPECT_TRUE(check(sampled_from(0, 128), symmetric).empty());
  EXPECT_TRUE(check(sampled_from(64, 75), Calibration::centre).empty());  // 64 ... 69 of 58 ... 69
  for (const auto calibration : {symmetric, Calibration::centre}) {
    expect_one(check(sampled_from(70, 90), calibration), true, {"does not sample the centre"});
  }
}

TEST(CheckMask, WantsNoCentreWhereMapsAreMadeOfAllSamples) {
  EXPECT_TRUE(check_mask("a", sampled_from(70, 90), Calibration::all).empty());
  EXPECT_TRUE(check_mask("a", sampled_from(64, 65), Calibration::all).empty());
  expect_one(check_mask("a", sampled_from(0, 0), Calibration::all), true, {"a: "});
}

TEST(Unexplained, IsTheEnergyBesideAMultipleOfTheOther) {
  const auto image = torch::tensor({{3.0, 0.0}, {4.0, 0.0}});
  EXPECT_NEAR(unexplained(image, 7 * image), 0, 1e-12);
  EXPECT_NEAR(unexplained(image, torch::tensor({{0.0, 1.0}, {0.0, 0.0}})), 1, 1e-12);
  EXPECT_NEAR(unexplained(image, torch::tensor({{1.0, 0.0}, {0.0, 0.0}})), 16.0 / 25, 1e-12);
}

/// Images of `kspace`: root sums of squares.
CheckedImages images(const torch::Tensor& kspace, const torch::Tensor& mask) {
  const auto image = [](const torch::Tensor& x) {
    return root_sum_of_squares(ifft2c(x.unsqueeze(0)))[0][0];
  };
  return {"image/a.h5",         "kspace/a.h5", image(kspace), image(kspace),
          image(kspace * mask), false,         true};
}

TEST(CheckLabel, TakesTheImageOfTheScanAtAnyScale) {
  CheckedImages one = images(testing::full_kspace(1, 3, 48, 40, 1)[0], testing::some_columns(40));
  EXPECT_TRUE(check_label(one).empty());
  one.label = one.label * 3000;
  EXPECT_TRUE(check_label(one).empty());
  one.label = one.label + 0.1 * one.label.mean() * torch::rand_like(one.label);
  EXPECT_TRUE(check_label(one).empty());
  one.masked = true;
  one.stored = one.zero_filled;
  EXPECT_TRUE(check_label(one).empty()) << "of a set whose k-space is masked";
}

TEST(CheckLabel, WarnsOfAnotherScan) {
  CheckedImages one = images(testing::full_kspace(1, 3, 48, 40, 1)[0], testing::some_columns(40));
  one.label = images(testing::full_kspace(1, 3, 48, 40, 2)[0], testing::some_columns(40)).label;
  expect_one(check_label(one), false, {"image/a.h5", "kspace/a.h5", "little in common"});
}

TEST(CheckLabel, WarnsOfZeroFilledImages) {
  CheckedImages one = images(testing::full_kspace(1, 3, 48, 40, 1)[0], testing::some_columns(40));
  one.label = 5 * one.zero_filled;
  expect_one(check_label(one), false, {"image/a.h5", "zero-filled image"});
  one.leaves_out = false;
  one.stored = one.zero_filled;
  EXPECT_TRUE(check_label(one).empty());
}

}  // namespace
}  // namespace dircn::slice_check_test
