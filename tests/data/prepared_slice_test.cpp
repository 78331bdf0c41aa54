#include "dircn/data/prepared_slice.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include <cmath>

#include "support/challenge_files.h"
#include "support/fov_crop.h"
#include "support/image_grids.h"

namespace dircn::prepared_slice_test {
namespace {

using testing::challenge_grid;
using testing::fov_crop;
using testing::some_columns;
using testing::whole_grid;

torch::Tensor some_kspace(int64_t height, int64_t width) {
  return testing::full_kspace(1, 3, height, width, 7)[0];
}

TEST(PreparedSlice, IsCroppedAndThenMasked) {
  const auto kspace = some_kspace(14, 9);
  const auto mask = some_columns(9);
  const PreparedSlice slice = prepare_slice({kspace, mask, challenge_grid(kspace)});
  EXPECT_TRUE(torch::equal(slice.full, fov_crop(kspace)));
  EXPECT_TRUE(torch::equal(slice.kspace, slice.full * mask));
  EXPECT_TRUE(torch::equal(slice.zero_filled(), combined_image(slice.kspace)));
  EXPECT_TRUE(torch::equal(slice.target(), combined_image(slice.full)));
  const PreparedSlice whole = prepare_slice({kspace, mask, whole_grid({14, 9})});
  EXPECT_TRUE(torch::equal(whole.full, kspace));
}

/// Which is why it does not matter whether a file's k-space was masked when it was stored.
TEST(PreparedSlice, IsTheSameToTheBitOfMaskedKspace) {
  for (const int64_t width : {9, 48}) {
    const auto kspace = some_kspace(2 * width + 2, width);
    const auto mask = some_columns(width);
    EXPECT_TRUE(torch::equal(prepare_slice({kspace, mask, challenge_grid(kspace)}).kspace,
                             fov_crop(kspace * mask)))
        << width;
  }
}

TEST(PreparedSlice, ChangesBetweenCropAndMask) {
  const auto kspace = some_kspace(14, 9);
  const auto mask = some_columns(9);
  const auto flipped = [](const torch::Tensor& full) { return full.flip({-1}); };
  const PreparedSlice slice = prepare_slice({kspace, mask, challenge_grid(kspace), flipped});
  EXPECT_TRUE(torch::equal(slice.full, fov_crop(kspace).flip({-1})));
  EXPECT_TRUE(torch::equal(slice.kspace, slice.full * mask));
}

// Multiplying by a power of two is exact: 1e-30 to 1e30, whose squares are no numbers of single
// precision.
TEST(PreparedSlice, HasTheSameImagesInAnyUnit) {
  const auto kspace = some_kspace(14, 9);
  const auto image = combined_image(kspace);
  for (const int exponent : {-99, -66, 66, 99}) {
    const double unit = std::ldexp(1.0, exponent);
    EXPECT_TRUE(torch::equal(combined_image(kspace * unit), image * unit)) << exponent;
  }
  EXPECT_TRUE(torch::equal(combined_image(0 * kspace), torch::zeros_like(image)));
}

}  // namespace
}  // namespace dircn::prepared_slice_test
