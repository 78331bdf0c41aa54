// BART's images against the simulated truth. Where BART is missing those tests say that they skip.

#include "dircn/reconstruct/parallel_imaging.h"

#include <gtest/gtest.h>
#include <torch/types.h>
#include <torch/utils.h>

#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <utility>
#include <vector>

#include "dircn/core/error.h"
#include "dircn/data/volume.h"
#include "dircn/mri/coils.h"
#include "dircn/mri/fft.h"
#include "dircn/mri/metrics.h"
#include "support/paths.h"
#include "support/random_input.h"

namespace dircn::parallel_imaging_test {
namespace {

/// One thread for the program: many tests run beside each other.
bool bart_is_here() {
  ::setenv("OMP_NUM_THREADS", "1", /*overwrite=*/0);
  return parallel_imaging_is_available();
}

#define DIRCN_NEEDS_BART()                                                 \
  if (!bart_is_here()) {                                                   \
    GTEST_SKIP() << "needs the program bart (Debian's package), not here"; \
  }                                                                        \
  static_assert(true)

constexpr int64_t kCoils = 6;

/// A disc with a hole and a bar, no axis of symmetry, seen by coils around it: k-space [C, H, W]
/// with a little noise.
torch::Tensor phantom(int64_t height, int64_t width) {
  const auto y = torch::linspace(-1, 1, height).unsqueeze(1);
  const auto x = torch::linspace(-1, 1, width).unsqueeze(0);
  const auto disc = [&](double cy, double cx, double radius) {
    const auto distance = ((y - cy).square() + (x - cx).square()).sqrt();
    return torch::sigmoid((radius - distance) * 60);
  };
  const auto object = disc(0.05, -0.05, 0.75) - 0.7 * disc(-0.3, 0.2, 0.2) +
                      0.5 * disc(0.35, -0.2, 0.12) + 0.3 * disc(0.1, 0.4, 0.08);
  std::vector<torch::Tensor> coils;
  for (int64_t coil = 0; coil < kCoils; ++coil) {
    const double angle = 2 * M_PI * static_cast<double>(coil) / kCoils;
    const auto profile =
        torch::exp(-((y - std::sin(angle)).square() + (x - std::cos(angle)).square()) / 1.2);
    coils.push_back(
        torch::polar(object * profile, (angle + 0.8 * x - 0.5 * y * angle).expand_as(object)));
  }
  torch::manual_seed(1);
  const auto images = torch::stack(coils);
  return 1e-4 * (fft2c(images) + 0.002 * torch::randn_like(images));
}

torch::Tensor rss(const torch::Tensor& kspace) {
  return root_sum_of_squares(ifft2c(kspace).unsqueeze(0))[0][0];
}

/// ‖a − b‖ / ‖b‖.
double error_of(const torch::Tensor& image, const torch::Tensor& target) {
  return std::sqrt(nmse(image, target));
}

torch::Tensor columns(int64_t width, int64_t acceleration, int64_t acs) {
  return testing::column_mask(width, acceleration, acs).flatten();
}

ParallelImaging weakly_regularized() {
  ParallelImagingOptions options;
  options.regularization = 1e-3;
  return ParallelImaging(options);
}

TEST(ParallelImaging, OfFullKspaceIsTheRootSumOfSquares) {
  DIRCN_NEEDS_BART();
  for (const auto& [height, width] :
       {std::pair<int64_t, int64_t>{64, 48}, {63, 48}, {64, 49}, {45, 63}, {50, 62}}) {
    const auto kspace = phantom(height, width);
    const auto target = rss(kspace);
    const auto image = weakly_regularized()(kspace, torch::ones({width}, torch::kBool));
    ASSERT_EQ(image.sizes(), target.sizes());
    EXPECT_EQ(image.scalar_type(), torch::kFloat);
    EXPECT_LT(error_of(image, target), 0.03) << height << "x" << width;
    EXPECT_GT(error_of(image.roll(1, 0), target), 0.1) << "the object is too smooth to show shifts";
    EXPECT_GT(error_of(image.roll(1, 1), target), 0.1) << "the object is too smooth to show shifts";
  }
}

TEST(ParallelImaging, UnfoldsFourFoldUndersampledColumns) {
  DIRCN_NEEDS_BART();
  for (const int64_t width : {64, 63}) {
    const auto kspace = phantom(64, width);
    const auto mask = columns(width, 4, 12);
    const auto image = weakly_regularized()(kspace * mask, mask);
    const double zero_filled = error_of(rss(kspace * mask), rss(kspace));
    EXPECT_LT(error_of(image, rss(kspace)), zero_filled / 4) << zero_filled;
  }
}

TEST(ParallelImaging, KeepsTheObjectWithFewCentralColumns) {
  DIRCN_NEEDS_BART();
  const auto kspace = phantom(64, 64);
  for (const int64_t acs : {4, 6, 8, 10}) {
    const auto mask = columns(64, 3, acs);
    const auto image = weakly_regularized()(kspace, mask);
    EXPECT_LT(error_of(image, rss(kspace)), error_of(rss(kspace * mask), rss(kspace))) << acs;
  }
}

TEST(ParallelImaging, LooksAtSamplesAloneAndTakesEitherFormOfAMask) {
  DIRCN_NEEDS_BART();
  const auto kspace = phantom(48, 40);
  const auto mask = columns(40, 2, 10);
  const auto image = weakly_regularized()(kspace * mask, mask);
  EXPECT_TRUE(torch::equal(weakly_regularized()(kspace, mask), image));
  EXPECT_TRUE(torch::equal(weakly_regularized()(kspace, mask.expand({48, 40})), image));
}

TEST(ParallelImaging, HasTheUnitsOfKspace) {
  DIRCN_NEEDS_BART();
  const auto kspace = phantom(48, 40);
  const auto mask = columns(40, 2, 10);
  const auto image = weakly_regularized()(kspace, mask);
  EXPECT_LT(error_of(weakly_regularized()(1e6 * kspace, mask), 1e6 * image), 1e-3);
}

TEST(ParallelImaging, GetsOnWithoutACoil) {
  DIRCN_NEEDS_BART();
  auto kspace = phantom(64, 64);
  kspace[2].zero_();
  const auto mask = columns(64, 2, 12);
  EXPECT_LT(error_of(weakly_regularized()(kspace, mask), rss(kspace)), 0.05);
}

TEST(ParallelImaging, OfNothingIsNothing) {
  DIRCN_NEEDS_BART();
  const auto kspace = torch::zeros({3, 16, 12}, torch::kComplexFloat);
  const auto image = ParallelImaging()(kspace, columns(12, 4, 2));
  EXPECT_TRUE(torch::equal(image, torch::zeros({16, 12})));
}

TEST(ParallelImaging, TakesAMeasuredSliceWithATwoDimensionalMask) {
  DIRCN_NEEDS_BART();
  const KspaceVolume volume(testing::test_data("brain_8ch_poisson2d.h5"));
  const auto kspace = volume.read_slice(0);
  const auto image = ParallelImaging({0.01, 15})(kspace, volume.mask());
  const auto zero_filled = rss(kspace * volume.mask());
  ASSERT_EQ(image.sizes(), zero_filled.sizes());
  // Its low frequencies, fully sampled, are those of the zero-filled image.
  const auto smooth = [](const torch::Tensor& x) {
    return torch::avg_pool2d(x.unsqueeze(0), 16)[0];
  };
  EXPECT_LT(error_of(smooth(image), smooth(zero_filled)), 0.2);
}

TEST(ParallelImaging, RefusesWhatItCannotTake) {
  DIRCN_NEEDS_BART();
  const ParallelImaging reconstruct;
  const auto kspace = phantom(16, 12);
  const auto mask = torch::ones({12}, torch::kBool);
  EXPECT_THROW(reconstruct(kspace[0], mask), Error);
  EXPECT_THROW(reconstruct(torch::real(kspace), mask), Error);
  EXPECT_THROW(reconstruct(kspace, torch::ones({13}, torch::kBool)), Error);
  EXPECT_THROW(reconstruct(kspace, torch::ones({12}, torch::kFloat)), Error);
  EXPECT_THROW(reconstruct(kspace * std::nan(""), mask), Error);
  EXPECT_THROW(reconstruct(kspace, columns(12, 6, 2)), Error) << "too few columns in the centre";
  EXPECT_THROW(ParallelImaging({0.0, 10}), Error);
  EXPECT_THROW(ParallelImaging({0.1, 0}), Error);
  EXPECT_THROW(ParallelImaging({std::nan(""), 10}), Error);
}

}  // namespace
}  // namespace dircn::parallel_imaging_test
