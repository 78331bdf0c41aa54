#include "dircn/pictures/comparison_picture.h"

#include <gtest/gtest.h>
#include <torch/types.h>

namespace dircn::comparison_picture_test {
namespace {

constexpr int64_t kEdge = 20;
constexpr int64_t kGap = 4;

/// Column `panel` of panels of this width, the gap left out.
torch::Tensor panel(const torch::Tensor& picture, int64_t index) {
  const int64_t start = index * (kEdge + kGap);
  return picture.slice(1, start, start + kEdge);
}

/// A target of 5e-4 with one bright pixel, which the percentile leaves out of the window.
SliceImages images() {
  auto target = torch::full({kEdge + 10, kEdge}, 5e-4);
  target[3][4] = 1;
  return {target, target + 4e-5, torch::full_like(target, 1e-4)};
}

TEST(ComparisonPicture, ShowsFourPanelsInOneWindow) {
  const auto picture = comparison_picture({images()});
  ASSERT_EQ(picture.scalar_type(), torch::kByte);
  ASSERT_EQ(picture.sizes(), torch::IntArrayRef({kEdge + 10, 4 * kEdge + 3 * kGap}));
  EXPECT_EQ(panel(picture, 0)[0][0].item<int>(), 51);   // a fifth of the window
  EXPECT_EQ(panel(picture, 1)[0][0].item<int>(), 255);  // above it
  EXPECT_EQ(panel(picture, 2)[0][0].item<int>(), 255);
  EXPECT_EQ(panel(picture, 3)[0][0].item<int>(), 102);  // 5 * 4e-5 / 5e-4 of 255
  EXPECT_TRUE((picture.slice(1, kEdge, kEdge + kGap) == 255).all().item<bool>());
}

TEST(ComparisonPicture, ShowsTheErrorOfEitherSign) {
  auto slice = images();
  slice.reconstruction = slice.target - 4e-5;
  EXPECT_EQ(panel(comparison_picture({slice}), 3)[0][0].item<int>(), 102);
  slice.reconstruction = slice.target;
  EXPECT_EQ(panel(comparison_picture({slice}), 3).max().item<int>(), 0);
}

TEST(ComparisonPicture, LeavesOutWhatIsNotThere) {
  auto slice = images();
  slice.zero_filled.reset();
  EXPECT_EQ(comparison_picture({slice}).size(1), 3 * kEdge + 2 * kGap);
}

TEST(ComparisonPicture, ShowsSeveralRunsAndThenTheirErrors) {
  auto better = images();
  better.reconstruction = better.target - 2e-5;
  const auto picture = comparison_picture({images(), better});
  ASSERT_EQ(picture.size(1), 6 * kEdge + 5 * kGap);
  EXPECT_EQ(panel(picture, 0)[0][0].item<int>(), 51);   // zero-filled
  EXPECT_EQ(panel(picture, 1)[0][0].item<int>(), 255);  // the first run
  EXPECT_EQ(panel(picture, 2)[0][0].item<int>(), 245);  // 4.8e-4 / 5e-4 of 255
  EXPECT_EQ(panel(picture, 3)[0][0].item<int>(), 255);  // the target
  EXPECT_EQ(panel(picture, 4)[0][0].item<int>(), 102);
  EXPECT_EQ(panel(picture, 5)[0][0].item<int>(), 51);
}

TEST(ComparisonPicture, DrawsAnEmptyTarget) {
  const auto dark = torch::zeros({kEdge, kEdge});
  const auto picture = comparison_picture({SliceImages{dark, dark, dark}});
  for (int64_t i = 0; i < 4; ++i) {
    EXPECT_EQ(panel(picture, i).max().item<int>(), 0) << i;
  }
}

}  // namespace
}  // namespace dircn::comparison_picture_test
