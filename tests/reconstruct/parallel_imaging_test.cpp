// BART's images against the simulated and the measured truth. Where BART is missing those tests say
// that they skip.

#include "dircn/reconstruct/parallel_imaging.h"

#include <gtest/gtest.h>
#include <torch/types.h>
#include <torch/utils.h>

#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <utility>
#include <vector>

#include "dircn/core/error.h"
#include "dircn/data/volume.h"
#include "dircn/formats/hdf5.h"
#include "dircn/mri/coils.h"
#include "dircn/mri/fft.h"
#include "dircn/mri/metrics.h"
#include "dircn/mri/slice_ssim.h"
#include "dircn/reconstruct/parallel_imaging_tuning.h"
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

TEST(ParallelImaging, TakesASingleCoil) {
  DIRCN_NEEDS_BART();
  const auto kspace = phantom(64, 48).slice(0, 0, 1);
  EXPECT_LT(error_of(weakly_regularized()(kspace, torch::ones({48}, torch::kBool)), rss(kspace)),
            0.03);
  const auto mask = columns(48, 2, 12);
  const double zero_filled = error_of(rss(kspace * mask), rss(kspace));
  EXPECT_LT(error_of(weakly_regularized()(kspace, mask), rss(kspace)), zero_filled);
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
    EXPECT_LT(error_of(image, rss(kspace)), error_of(rss(kspace * mask), rss(kspace)) / 2) << acs;
  }
}

/// A measured head (16 coils), 96x96 samples of it; of columns every one of `acceleration` and
/// `acs` in the centre are sampled.
struct MeasuredHead {
  explicit MeasuredHead(int64_t columns_of_it = 96)
      : kspace(Hdf5File(testing::test_data("brain_16ch_full.h5"))
                   .read_complex_slice("kspace", 0)
                   .slice(1, 16, 112)
                   .slice(2, 64 - columns_of_it / 2, 64 + columns_of_it / 2)),
        target(rss(kspace)) {}

  double similarity(const torch::Tensor& image) const {
    return foreground_ssim(image, target, target.max().item<double>(), kForegroundThreshold)
        .value();
  }

  torch::Tensor kspace;
  torch::Tensor target;
};

/// What a scanner measures that takes every second column alone: half the field of view, into which
/// the sides of the head fold.
torch::Tensor with_half_the_field_of_view(const torch::Tensor& kspace) {
  return kspace.slice(2, 0, kspace.size(2), 2).contiguous();
}

// By BART from Python and an SSIM of PyTorch's convolutions: .91 and .65; with `ecalib`'s 24 rows,
// a kernel half as wide as the centre, one map and its image as it is .71 and .54; zero-filled .51
// and .34.
TEST(ParallelImaging, GetsAMeasuredHeadFromCentresOfFourAndEightColumns) {
  DIRCN_NEEDS_BART();
  const MeasuredHead head;
  EXPECT_GT(head.similarity(ParallelImaging()(head.kspace, columns(96, 4, 8))), 0.88);
  EXPECT_GT(head.similarity(ParallelImaging()(head.kspace, columns(96, 8, 4))), 0.62);
}

TEST(ParallelImaging, UnfoldsAHeadThatIsLargerThanItsFieldOfView) {
  DIRCN_NEEDS_BART();
  const auto kspace = with_half_the_field_of_view(MeasuredHead(128).kspace);
  const auto mask = columns(64, 3, 8);
  // With one map for a coil the error is five times that of the zero-filled image.
  const double zero_filled = error_of(rss(kspace * mask), rss(kspace));
  EXPECT_LT(error_of(ParallelImaging()(kspace, mask), rss(kspace)), 0.8 * zero_filled);
}

TEST(ParallelImaging, HasWhatWasMeasured) {
  DIRCN_NEEDS_BART();
  const auto kspace = phantom(64, 64);
  ParallelImagingOptions nothing;
  nothing.crop = 2;  // no eigenvalue is that large, so there are no maps
  const auto mask = columns(64, 3, 8);
  const auto image = ParallelImaging(nothing)(kspace, mask);
  EXPECT_LT(error_of(image, rss(kspace * mask)), 1e-5);
}

TEST(ParallelImaging, NamesAllThatItIsToldOf) {
  ParallelImagingOptions options;
  EXPECT_EQ(to_string(options),
            "BART: ecalib -m 2 -k 2..4:3:1 -t 0.001 -c 0.8, "
            "pics -l1 -r 0.003 -i 60");
  options = {0.02, 30, 6, 5, 0.0004, 0.7};
  EXPECT_EQ(to_string(options),
            "BART: ecalib -m 2 -k 6:5:1 -t 0.0004 -c 0.7, pics -l1 -r 0.02 -i 30");
}

// The defaults are among what is looked at.
TEST(ParallelImaging, IsTunedToATarget) {
  DIRCN_NEEDS_BART();
  const auto kspace = phantom(48, 48);
  const auto target = rss(kspace);
  const auto mask = columns(48, 4, 6);
  const double maximum = target.max().item<double>();
  const auto similarity = [&](const ParallelImagingOptions& options) {
    return whole_ssim(ParallelImaging(options)(kspace, mask), target, maximum);
  };
  const auto tuned = tuned_to_target(kspace, mask, target, maximum, std::nullopt);
  EXPECT_GT(similarity(tuned), similarity({}) + 0.005) << to_string(tuned);
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
  ParallelImagingOptions without_kernel;
  without_kernel.kernel_columns = 0;
  EXPECT_THROW(ParallelImaging{without_kernel}, Error);
  EXPECT_THROW(ParallelImaging({0.0, 10}), Error);
  EXPECT_THROW(ParallelImaging({0.1, 0}), Error);
  EXPECT_THROW(ParallelImaging({std::nan(""), 10}), Error);
}

}  // namespace
}  // namespace dircn::parallel_imaging_test
