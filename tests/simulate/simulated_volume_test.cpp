#include "simulate/simulated_volume.h"

#include <gtest/gtest.h>
#include <torch/types.h>
#include <torch/utils.h>

#include <algorithm>

#include <string>
#include <utility>
#include <vector>

#include "dircn/core/error.h"
#include "dircn/mri/coils.h"
#include "dircn/mri/crop.h"
#include "dircn/mri/fft.h"
#include "dircn/mri/metrics.h"
#include "simulate/small_head.h"
#include "support/golden.h"

namespace dircn::simulation::simulated_volume_test {
namespace {

constexpr Scan kSmall = {3, 4, 128, 64, 60};
constexpr VolumeId kFirst = {1, Split::train, 4, 1};

const Anatomy& anatomy() {
  static const Anatomy head(testing::small_head());
  return head;
}

torch::Tensor rss(const torch::Tensor& kspace) {
  return root_sum_of_squares(ifft2c(kspace).unsqueeze(0))[0][0];
}

TEST(SimulatedVolume, ImagesAreThoseOfItsKspace) {
  const SimulatedVolume volume(anatomy(), kSmall, kFirst);
  for (int64_t i = 0; i < 3; ++i) {
    const SimulatedSlice slice = volume.slice(i);
    EXPECT_EQ(slice.kspace.sizes(), torch::IntArrayRef({4, 128, 64}));
    EXPECT_EQ(slice.kspace.scalar_type(), torch::kComplexFloat);
    EXPECT_EQ(slice.label.sizes(), torch::IntArrayRef({60, 60}));
    EXPECT_LT(
        testing::relative_max_error(slice.label, center_crop_or_pad(rss(slice.kspace), 60, 60)),
        1e-5);
    const torch::Tensor masked = slice.kspace * volume.mask();
    EXPECT_LT(testing::relative_max_error(slice.input, center_crop_or_pad(rss(masked), 60, 60)),
              1e-5);
    EXPECT_GT(nmse(slice.input, slice.label), 1e-3) << "undersampling is to be seen";
  }
}

TEST(SimulatedVolume, HeadLiesInTheMiddleOfTheReadout) {
  const torch::Tensor image = rss(SimulatedVolume(anatomy(), kSmall, kFirst).slice(1).kspace);
  const double inside = image.narrow(0, 32, 64).square().sum().item<double>();
  EXPECT_GT(inside, 5 * (image.square().sum().item<double>() - inside));
}

/// Whatever belongs to the identity of a volume changes it; nothing else does.
TEST(SimulatedVolume, DependsOnItsIdentityAlone) {
  const auto kspace = [](const VolumeId& id, int64_t slice = 0) {
    return SimulatedVolume(anatomy(), kSmall, id).slice(slice).kspace;
  };
  const torch::Tensor first = kspace(kFirst);
  EXPECT_TRUE(torch::equal(first, kspace(kFirst)));
  EXPECT_FALSE(torch::equal(first, kspace(kFirst, 1)));
  for (const VolumeId& other : {VolumeId{2, Split::train, 4, 1}, VolumeId{1, Split::val, 4, 1},
                                VolumeId{1, Split::train, 8, 1}, VolumeId{1, Split::train, 4, 2}}) {
    EXPECT_FALSE(torch::equal(first, kspace(other)));
  }
}

TEST(SimulatedVolume, DoesNotDependOnTheNumberOfThreads) {
  const int before = torch::get_num_threads();
  std::vector<SimulatedSlice> slices;
  for (const int threads : {1, 3}) {
    torch::set_num_threads(threads);
    const Anatomy head(testing::small_head());
    slices.push_back(SimulatedVolume(head, kSmall, kFirst).slice(0));
  }
  torch::set_num_threads(before);
  // What was rendered by the volume; its transforms here ran on one thread and on three.
  EXPECT_LT(testing::relative_max_error(slices[0].label, slices[1].label), 1e-6);
}

TEST(SimulatedVolume, NoiseIsFreshInEverySliceAndCoil) {
  const SimulatedVolume volume(anatomy(), kSmall, kFirst);
  // Above the head there is nothing but noise.
  const auto noise = [&](int64_t slice) {
    return ifft2c(volume.slice(slice).kspace).narrow(1, 0, 24).flatten(1);
  };
  const torch::Tensor one = noise(0);
  const torch::Tensor other = noise(1);
  const double size = one.abs().square().sum(1).mean().item<double>();
  const torch::Tensor across = torch::mm(one, other.conj().t()).abs() / size;
  EXPECT_LT(across.max().item<double>(), 0.15);
  const torch::Tensor within = torch::mm(one, one.conj().t()).abs() / size;
  EXPECT_LT(within.masked_select(torch::eye(4).logical_not()).max().item<double>(), 0.7);
}

TEST(SimulatedVolume, LesionsAreBoxedInsideTheLabel) {
  int64_t boxes = 0;
  for (int64_t index = 1; index <= 8; ++index) {
    const SimulatedVolume volume(anatomy(), {6, 1, 256, 128, 120}, {1, Split::train, 4, index});
    ASSERT_EQ(volume.lesions().size(), 6U);
    for (const auto& slice : volume.lesions()) {
      for (const Box& box : slice) {
        ++boxes;
        EXPECT_TRUE(box.x >= 0 && box.y >= 0 && box.width > 0 && box.height > 0);
        EXPECT_TRUE(box.x + box.width <= 120 && box.y + box.height <= 120);
        EXPECT_LE(std::max(box.width, box.height), 20) << "a lesion, not a lobe";
      }
    }
  }
  EXPECT_GT(boxes, 4);
}

/// Changes the anatomy wherever training may not look: training volumes stay the same bit by bit,
/// the others do not.
TEST(SimulatedVolume, SplitsNeverShareAnatomy) {
  HeadImages changed = testing::small_head();
  const SliceBands bands = bands_of(anatomy());
  const double reach = Deformation::kMaxShiftZ + anatomy().reach();
  for (int64_t plane = 0; plane < changed.t1.size(0); ++plane) {
    const double height = anatomy().lowest() + static_cast<double>(plane);
    bool seen = false;
    for (const Band& band : bands.of(Split::train)) {
      seen = seen || (height >= band.low - reach && height <= band.high + reach);
    }
    if (!seen) {
      changed.t1[plane].copy_(changed.t1[plane].flip({1}));  // same values, mirrored
    }
  }
  const Anatomy other(changed);
  ASSERT_EQ(other.lowest(), anatomy().lowest());
  const Scan scan = {8, 1, 64, 32, 32};
  for (int64_t index = 1; index <= 4; ++index) {
    for (const Split split : {Split::train, Split::val, Split::leaderboard}) {
      const VolumeId id = {1, split, 4, index};
      const SimulatedVolume one(anatomy(), scan, id);
      const SimulatedVolume two(other, scan, id);
      bool equal = true;
      for (int64_t slice = 0; slice < 8; ++slice) {
        equal = equal && torch::equal(one.slice(slice).kspace, two.slice(slice).kspace);
      }
      EXPECT_EQ(equal, split == Split::train) << to_string(split) << " " << index;
    }
  }
}

TEST(SimulatedVolume, RefusesScansThatCannotBe) {
  for (const Scan& scan : {Scan{0, 4, 128, 64, 60}, Scan{3, 0, 128, 64, 60}, Scan{3, 4, 60, 64, 60},
                           Scan{3, 4, 128, 4, 60}}) {
    EXPECT_THROW(SimulatedVolume(anatomy(), scan, kFirst), Error);
  }
}

TEST(Anatomy, NeedsABrain) {
  HeadImages empty = testing::small_head();
  empty.brain.zero_();
  EXPECT_THROW(Anatomy{empty}, Error);
}

TEST(Anatomy, IsMeasuredInMillimetres) {
  EXPECT_NEAR(anatomy().width(), 168, 4);
  EXPECT_NEAR(anatomy().length(), 204, 4);
  EXPECT_NEAR(anatomy().highest(), 54.5, 1e-9);
  const auto at = [](float x, float y) {
    const auto sample = anatomy().sample(torch::tensor({x, y, 0.0F}).view({1, 1, 3}));
    return std::pair(sample.t1.item<float>(), sample.brain.item<float>());
  };
  EXPECT_NEAR(at(0, 40).first, 1, 0.1) << "white matter";
  EXPECT_NEAR(at(30, 20).first, 0.72, 0.1) << "the spot on the right";
  EXPECT_NEAR(at(-30, 20).first, 1, 0.1);
  EXPECT_EQ(at(0, 40).second, 1);
  EXPECT_EQ(at(0, 108).second, 0);
}

/// What the challenge's scorer counts as foreground, on the anatomies that come with dircn.
class RealisticVolume : public ::testing::TestWithParam<std::string> {};

TEST_P(RealisticVolume, HasTheForegroundAndTheScaleOfRealScans) {
  if (GetParam() != "phantom" && default_anatomy() == "phantom") {
    GTEST_SKIP() << "Debian's package mricron-data is not installed";
  }
  const std::string name = GetParam() == "phantom" ? GetParam() : default_anatomy();
  const Anatomy head(load_head(name));
  const Scan scan = {4, 4, 768, 396, 384};
  for (int64_t index = 1; index <= 3; ++index) {
    const SimulatedVolume volume(head, scan, {1, static_cast<Split>(index - 1), 4, index});
    double maximum = 0;
    for (int64_t i = 0; i < scan.slices; ++i) {
      const SimulatedSlice slice = volume.slice(i);
      const torch::Tensor foreground = foreground_mask(slice.label, 5e-5).to(torch::kFloat);
      const double part = foreground.mean().item<double>();
      EXPECT_TRUE(part > 0.30 && part < 0.95) << part << " of slice " << i << " of " << index;
      maximum = std::max(maximum, slice.label.max().item<double>());
      const torch::Tensor outside = rss(slice.kspace).narrow(0, 0, 100);
      EXPECT_LT(outside.mean().item<double>(), 3.5e-5);
      EXPECT_GT(outside.mean().item<double>(), 8e-6);
    }
    EXPECT_TRUE(maximum > 5e-4 && maximum < 1.8e-3) << maximum;
  }
}

INSTANTIATE_TEST_SUITE_P(Anatomies, RealisticVolume, ::testing::Values("phantom", "Colin27"),
                         [](const auto& info) { return info.param; });

}  // namespace
}  // namespace dircn::simulation::simulated_volume_test
