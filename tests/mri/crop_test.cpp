#include "dircn/mri/crop.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include <vector>

#include "dircn/core/error.h"
#include "support/golden.h"

namespace dircn::crop_test {
namespace {

using testing::GoldenFile;

/// [height, width] whose values are 1, 2, 3, ..., so that a crop shows where it was taken; zero
/// marks padding.
torch::Tensor numbered(int64_t height, int64_t width) {
  return torch::arange(1, height * width + 1, torch::kLong).reshape({height, width});
}

std::vector<std::vector<int64_t>> rows_of(const std::string& table) {
  const torch::Tensor values =
      GoldenFile("S5_crop.pth").tensor(table).to(torch::kLong).contiguous();
  std::vector<std::vector<int64_t>> rows;
  for (int64_t i = 0; i < values.size(0); ++i) {
    const int64_t* begin = values[i].data_ptr<int64_t>();
    rows.emplace_back(begin, begin + values.size(1));
  }
  return rows;
}

std::string label(const std::vector<int64_t>& row) {
  return std::to_string(row[0]) + " x " + std::to_string(row[1]);
}

TEST(Crop, EqualsTheChallenges2026Crop) {
  for (const auto& row : rows_of("snu2026_center_crop384")) {
    const torch::Tensor image = numbered(row[0], row[1]);
    torch::Tensor expected = torch::zeros({row[2], row[3]}, torch::kLong);
    const int64_t height = row[8];
    const int64_t width = row[9];
    expected.narrow(0, row[4], height)
        .narrow(1, row[5], width)
        .copy_(image.narrow(0, row[6], height).narrow(1, row[7], width));
    EXPECT_TRUE(torch::equal(center_crop_or_pad(image, 384, 384), expected)) << label(row);
  }
}

/// The older tables crop only: where the image is smaller than 384 they leave it small, and ours
/// pads what they give.
TEST(Crop, EqualsTheOlderCropsUpToPadding) {
  for (const char* table : {"team_crop384", "snu2022_crop384"}) {
    for (const auto& row : rows_of(table)) {
      const torch::Tensor image = numbered(row[0], row[1]);
      const torch::Tensor theirs = image.narrow(0, row[4], row[2]).narrow(1, row[5], row[3]);
      const torch::Tensor ours = center_crop_or_pad(image, 384, 384);
      if (row[2] == 384 && row[3] == 384) {
        EXPECT_TRUE(torch::equal(ours, theirs)) << table << " " << label(row);
      } else {
        EXPECT_TRUE(torch::equal(ours.masked_select(ours > 0), theirs.flatten()))
            << table << " " << label(row);
      }
    }
  }
}

/// The table's crop along W where H < W is the reference's mistake: a column mask would no longer
/// fit.
TEST(Crop, SquareFieldOfViewEqualsTheReferenceAlongH) {
  for (const auto& row : rows_of("team_square_crop")) {
    const torch::Tensor image = numbered(row[0], row[1]);
    const torch::Tensor expected =
        row[0] < row[1] ? image : image.narrow(0, row[4], row[2]).narrow(1, row[5], row[3]);
    EXPECT_TRUE(torch::equal(crop_to_square_fov(image), expected)) << label(row);
  }
}

TEST(Crop, OddPaddingPutsTheExtraRowBehind) {
  const torch::Tensor padded = center_crop_or_pad(torch::ones({1, 2, 4}), 5, 1);
  EXPECT_TRUE(torch::equal(padded.flatten(), torch::tensor({0.0f, 1.0f, 1.0f, 0.0f, 0.0f})));
}

TEST(Crop, UndoesItsOwnPadding) {
  for (const int64_t size : {1, 2, 7, 8}) {
    for (const int64_t larger : {8, 9, 13}) {
      const torch::Tensor image = torch::randn({2, size, size + 1});
      EXPECT_TRUE(torch::equal(
          center_crop_or_pad(center_crop_or_pad(image, larger, larger + 1), size, size + 1), image))
          << size << " in " << larger;
    }
  }
}

TEST(Crop, RefusesImpossibleSizes) {
  EXPECT_THROW(center_crop_or_pad(torch::ones({4, 4}), 0, 4), Error);
  EXPECT_THROW(center_crop_or_pad(torch::ones({4, 4}), 4, -1), Error);
  EXPECT_THROW(center_crop_or_pad(torch::ones({4}), 4, 4), Error);
}

}  // namespace
}  // namespace dircn::crop_test
