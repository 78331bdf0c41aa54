#include "dircn/pictures/grey_picture.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include <chrono>
#include <limits>

#include "dircn/core/error.h"

namespace dircn::grey_picture_test {
namespace {

/// 0, 1, ... 9999 in another order (7 and 10000 have no common divisor).
torch::Tensor shuffled() {
  return torch::arange(10000).mul(7).remainder(10000).to(torch::kFloat).view({4, 50, 50});
}

TEST(PercentileWindow, IsFromThe1stPercentileToThe99Point8th) {
  // numpy.percentile(range(10000), [1, 99.8], method="lower") is [99, 9979]
  const GreyWindow window = percentile_window(shuffled());
  EXPECT_EQ(window.black, 99);
  EXPECT_EQ(window.white, 9979);
  const GreyWindow negative = percentile_window(-shuffled());
  EXPECT_EQ(negative.black, -9900);
  EXPECT_EQ(negative.white, -20);
  EXPECT_EQ(white_value(shuffled()), 9979);
}

TEST(PercentileWindow, IsOfAllValuesWhateverTheirLayout) {
  const auto volume = shuffled();
  for (const auto& other : {volume.transpose(0, 2), volume.flatten(), volume.to(torch::kDouble)}) {
    EXPECT_EQ(percentile_window(other).black, 99);
    EXPECT_EQ(percentile_window(other).white, 9979);
  }
}

/// Orders that make a selection by halves slow: it took minutes.
TEST(PercentileWindow, OfAVolumeIsQuickInAnyOrder) {
  const auto rising = torch::arange(16 * 384 * 384, torch::kFloat).view({16, 384, 384});
  for (const auto& volume : {rising, rising.flip({0, 1, 2}), torch::zeros_like(rising)}) {
    const auto begin = std::chrono::steady_clock::now();
    percentile_window(volume);
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(10));
  }
}

TEST(PercentileWindow, TakesNaNForBright) {
  auto volume = shuffled();
  volume[0][0][0] = std::numeric_limits<float>::quiet_NaN();  // was 0
  EXPECT_EQ(percentile_window(volume).black, 100);
  EXPECT_EQ(percentile_window(volume).white, 9980);
}

TEST(PercentileWindow, NeverIsEmpty) {
  for (const double value : {0.0, 1e-5, 3.0, -3.0, 1e30}) {
    const auto constant = torch::full({2, 5, 5}, value);
    const GreyWindow window = percentile_window(constant);
    EXPECT_GT(window.white, window.black) << value;
    EXPECT_EQ(grey_picture(constant[0], window).max().item<int>(), 0) << value;
  }
  const GreyWindow none = percentile_window(torch::zeros({0, 5, 5}));
  EXPECT_GT(none.white, none.black);
  EXPECT_GT(white_value(torch::zeros({0, 5})), 0);
  EXPECT_EQ(percentile_window(torch::full({1}, 2.0)).black, 2);
}

TEST(PercentileWindow, ShowsWhatFewValuesStandOut) {
  auto dark = torch::zeros({10, 100});
  dark[3][4] = 8;
  const GreyWindow window = percentile_window(dark);
  EXPECT_EQ(window.black, 0);
  EXPECT_EQ(window.white, 8);
}

TEST(GreyPicture, IsBlackAndWhiteBeyondItsWindow) {
  const auto image = torch::tensor({-5.0F, 10.0F, 12.0F, 20.0F, 50.0F}).view({1, 5});
  const auto expected = torch::tensor({0, 0, 51, 255, 255}, torch::kByte).view({1, 5});
  EXPECT_TRUE(torch::equal(grey_picture(image, GreyWindow{10, 20}), expected));
  EXPECT_TRUE(torch::equal(grey_picture(image, 50), grey_picture(image, GreyWindow{0, 50})));
}

TEST(MaskPicture, RepeatsColumnsInEveryRow) {
  const auto columns = torch::tensor({1, 0, 1}, torch::kByte);
  const auto expected = torch::tensor({255, 0, 255}, torch::kByte).repeat({4, 1});
  for (const auto type : {torch::kBool, torch::kByte, torch::kFloat}) {
    const auto picture = mask_picture(columns.to(type), 4);
    EXPECT_TRUE(torch::equal(picture, expected)) << type;
    EXPECT_TRUE(picture.is_contiguous());
  }
}

TEST(MaskPicture, ShowsASampledGridAsItIs) {
  const auto grid = torch::eye(3).to(torch::kBool).slice(0, 0, 2);
  EXPECT_TRUE(torch::equal(mask_picture(grid, 2), grid.to(torch::kByte) * 255));
  EXPECT_THROW(mask_picture(grid, 3), Error);
  EXPECT_THROW(mask_picture(torch::ones({1, 2, 3}), 1), Error);
  EXPECT_THROW(mask_picture(torch::ones({3}), 0), Error);
  EXPECT_THROW(mask_picture(torch::ones({0}), 4), Error);
}

}  // namespace
}  // namespace dircn::grey_picture_test
