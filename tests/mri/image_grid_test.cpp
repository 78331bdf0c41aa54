// Where pixels lie: by the rule that targets are cut by, by zeros around k-space, and by
// millimetres.

#include "dircn/mri/image_grid.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include <cmath>
#include <random>
#include <string>

#include "dircn/core/error.h"
#include "dircn/mri/fft.h"
#include "support/golden.h"
#include "support/image_grids.h"
#include "support/spot.h"

namespace dircn::image_grid_test {
namespace {

using testing::middle_of;
using testing::relative_max_error;
using testing::spot;
using testing::square_grid;

torch::Tensor random_kspace(int64_t height, int64_t width) {
  return torch::randn({2, height, width}, torch::kComplexDouble);
}

torch::Tensor image_by(const ImageGrid& grid, const torch::Tensor& kspace) {
  return grid.image(ifft2c(grid.crop_readout(kspace)));
}

/// What is kept on the way makes no difference to where an image is cut.
TEST(ImageGrid, CutsInOneStepWhateverIsKept) {
  for (const int64_t stored : {20, 21}) {
    for (const int64_t shown : {6, 7, 9, 20}) {
      for (const int64_t kept : {0, 9, 10, 13, 14, 20, 21}) {
        ImageGrid grid{GridAxis::around_middle(stored, shown), GridAxis::around_middle(15, 8)};
        grid.rows.keep(kept);
        const torch::Tensor kspace = random_kspace(stored, 15);
        const torch::Tensor expected =
            ifft2c(kspace).narrow(-2, (stored - shown) / 2, shown).narrow(-1, 3, 8);
        EXPECT_LT(relative_max_error(image_by(grid, kspace), expected), 1e-12)
            << stored << " to " << shown << " by " << kept;
      }
    }
  }
}

TEST(ImageGrid, PadsWhatIsLargerThanTheFieldOfView) {
  const torch::Tensor kspace = random_kspace(6, 5);
  const torch::Tensor image = image_by(square_grid({6, 5}, {9, 8}), kspace);
  EXPECT_LT(relative_max_error(image.narrow(-2, 1, 6).narrow(-1, 1, 5), ifft2c(kspace)), 1e-12);
  EXPECT_NEAR(image.abs().sum().item<double>(), ifft2c(kspace).abs().sum().item<double>(), 1e-9);
}

/// Zeros around k-space, in the convention that the origin lies at ⌊n/2⌋.
torch::Tensor padded(const torch::Tensor& kspace, int64_t height, int64_t width) {
  torch::Tensor larger = torch::zeros({kspace.size(0), height, width}, kspace.options());
  larger.narrow(-2, height / 2 - kspace.size(-2) / 2, kspace.size(-2))
      .narrow(-1, width / 2 - kspace.size(-1) / 2, kspace.size(-1))
      .copy_(kspace);
  return larger;
}

TEST(ImageGrid, InterpolatesAsZerosAroundKspaceDo) {
  for (const int64_t height : {16, 17}) {
    for (const int64_t width : {12, 13}) {
      for (const int64_t more : {24, 25, 31}) {
        const auto pitch = [&](int64_t stored) {
          return static_cast<double>(stored) / static_cast<double>(more);
        };
        ImageGrid grid{GridAxis::around_middle(height, more, pitch(height)),
                       GridAxis::around_middle(width, more - 5, pitch(width))};
        grid.rows.keep(8);  // which would fold what lies beyond into the image
        const torch::Tensor kspace = random_kspace(height, width);
        const double units =
            std::sqrt(static_cast<double>(more * more) / static_cast<double>(height * width));
        const torch::Tensor expected =
            units * ifft2c(padded(kspace, more, more)).narrow(-1, 5 / 2, more - 5);
        EXPECT_LT(relative_max_error(image_by(grid, kspace), expected), 1e-12)
            << height << " x " << width << " to " << more;
      }
    }
  }
}

TEST(ImageGrid, LeavesMagnitudesAsTheyAreAtASample) {
  const ImageGrid grid{GridAxis::around_middle(10, 20, 0.5), GridAxis::around_middle(9, 18, 0.5)};
  const torch::Tensor image = torch::rand({10, 9}, torch::kDouble);
  const torch::Tensor finer = grid.image(image);
  EXPECT_GE(finer.min().item<double>(), 0);
  EXPECT_LT(relative_max_error(finer.slice(0, 0, 20, 2).slice(1, 1, 18, 2), image), 1e-12);
}

TEST(ImageGrid, ShowsNothingBeyondTheFieldOfView) {
  const ImageGrid grid{GridAxis::around_middle(8, 24, 0.5), GridAxis::around_middle(8, 8)};
  const torch::Tensor image = grid.image(torch::ones({8, 8}, torch::kDouble));
  const torch::Tensor rows = image.amax(1);
  EXPECT_EQ(rows.slice(0, 0, 3).max().item<double>(), 0);
  EXPECT_EQ(rows.slice(0, 21).max().item<double>(), 0);
  EXPECT_GT(rows.slice(0, 4, 20).min().item<double>(), 0.9);
}

TEST(ImageGrid, KeepsASpotAtItsMillimetre) {
  std::mt19937 random(5);
  const auto draw = [&](double low, double high) {
    return std::uniform_real_distribution<double>(low, high)(random);
  };
  for (int trial = 0; trial < 60; ++trial) {
    const auto height = static_cast<int64_t>(draw(60, 140));
    const auto width = static_cast<int64_t>(draw(50, 90));
    const double pitch = trial % 3 == 0 ? 1 : draw(0.5, 1.6);
    const auto shown = static_cast<int64_t>(draw(0.7, 1.1) * 50 / pitch);
    ImageGrid grid{GridAxis::around_middle(height, shown, pitch),
                   GridAxis::around_middle(width, shown, pitch)};
    grid.rows.keep(static_cast<int64_t>(draw(0, 60)));
    const double down = draw(-8, 8);
    const double right = draw(-8, 8);
    const auto object = torch::outer(spot(height, down), spot(width, right));
    const auto kspace = fft2c(object.to(torch::kComplexDouble).unsqueeze(0));
    const auto image = image_by(grid, kspace)[0].abs();
    const std::string what = std::to_string(height) + " x " + std::to_string(width) + " to " +
                             std::to_string(shown) + " at " + std::to_string(pitch);
    const auto origin = [](const GridAxis& axis) { return static_cast<double>(axis.origin); };
    EXPECT_NEAR((middle_of(image.sum(1)) - origin(grid.rows)) * pitch, down, 0.02) << what;
    EXPECT_NEAR((middle_of(image.sum(0)) - origin(grid.columns)) * pitch, right, 0.02) << what;
  }
}

TEST(ImageGrid, RefusesWhatItIsNotFor) {
  const ImageGrid grid = square_grid({8, 6}, {6, 6});
  EXPECT_THROW(grid.crop_readout(torch::ones({8, 6})), Error);
  EXPECT_THROW(grid.crop_readout(random_kspace(6, 6)), Error);
  EXPECT_THROW(grid.image(torch::ones({8, 6})), Error) << "six rows were kept";
}

}  // namespace
}  // namespace dircn::image_grid_test
