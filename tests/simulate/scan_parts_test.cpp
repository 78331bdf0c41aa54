// The parts of a simulated scan, each by itself.

#include <gtest/gtest.h>
#include <torch/types.h>

#include <cmath>
#include <initializer_list>
#include <utility>
#include <vector>

#include "dircn/core/error.h"
#include "dircn/mri/acs.h"
#include "simulate/coil_array.h"
#include "simulate/contrast.h"
#include "simulate/deformation.h"
#include "simulate/lesion.h"
#include "simulate/random_stream.h"
#include "simulate/simulated_volume.h"
#include "simulate/slice_bands.h"

namespace dircn::simulation::scan_parts_test {
namespace {

TEST(ColumnMask, IsEquispacedWithACentre) {
  for (const auto& [acceleration, centre] : {std::pair<int64_t, int64_t>{4, 32}, {8, 16}}) {
    const torch::Tensor mask = column_mask(396, acceleration);
    for (int64_t i = 0; i < 396; ++i) {
      const bool in_centre = i >= 198 - centre / 2 && i < 198 + centre / 2;
      EXPECT_EQ(mask[i].item<float>(), in_centre || i % acceleration == 0 ? 1 : 0) << i;
    }
    // acs_mask takes in one column more than is sampled, and sampled neighbours.
    EXPECT_GE(acs_mask(canonical_mask(mask)).sum().item<int64_t>(), centre);
  }
  EXPECT_EQ(column_mask(40, 8).sum().item<float>(), 5 + 4) << "four in the centre at least";
}

TEST(RandomStream, DependsOnEveryPartOfItsKey) {
  const torch::Tensor one = RandomStream{1, 2, 3}.normal({50});
  EXPECT_TRUE(torch::equal(one, (RandomStream{1, 2, 3}.normal({50}))));
  EXPECT_FALSE(torch::equal(one, (RandomStream{1, 2, 4}.normal({50}))));
  EXPECT_FALSE(torch::equal(one, (RandomStream{int64_t{1} << 32, 2, 3}.normal({50}))));
  EXPECT_FALSE(torch::equal(one, (RandomStream{1, 2, 3, 0}.normal({50}))));
}

TEST(RandomStream, HasTheMomentsOfItsDistributions) {
  RandomStream random{7};
  const torch::Tensor numbers = torch::view_as_real(random.complex_normal({100000})).flatten();
  EXPECT_NEAR(numbers.mean().item<double>(), 0, 0.01);
  EXPECT_NEAR(numbers.square().mean().item<double>(), 1, 0.02);
  EXPECT_NEAR(numbers.pow(4).mean().item<double>(), 3, 0.15);
  std::vector<int64_t> counts(3, 0);
  for (int i = 0; i < 3000; ++i) {
    ++counts[static_cast<size_t>(random.below(3))];
    const double value = random.uniform(-2, 5);
    EXPECT_TRUE(value >= -2 && value < 5);
  }
  for (const int64_t count : counts) {
    EXPECT_NEAR(static_cast<double>(count), 1000, 120);
  }
}

TEST(SliceBands, NeverMeet) {
  const SliceBands bands(-50, 50, 3.9);
  const auto splits = {Split::train, Split::val, Split::leaderboard};
  for (const Split one : splits) {
    for (const Split other : splits) {
      for (const Band& a : bands.of(one)) {
        EXPECT_TRUE(a.low >= -50 && a.low < a.high && a.high <= 50 + 1e-9);
        for (const Band& b : bands.of(other)) {
          const bool apart = a.low >= b.high + 3.9 - 1e-9 || b.low >= a.high + 3.9 - 1e-9;
          EXPECT_TRUE(apart || &a == &b) << a.low << " " << b.low;
        }
      }
    }
  }
  EXPECT_THROW(SliceBands(0, 20, 3.9), Error);
}

TEST(SliceBands, SpreadAVolumeOverTheBandsOfItsSplit) {
  const SliceBands bands(-50, 50, 3.9);
  for (const Split split : {Split::train, Split::val, Split::leaderboard}) {
    for (const double phase : {0.0, 0.5, 0.999999}) {
      const auto positions = bands.positions(split, 16, phase);
      ASSERT_EQ(positions.size(), 16U);
      std::vector<int> used(bands.of(split).size(), 0);
      for (size_t i = 0; i < positions.size(); ++i) {
        EXPECT_TRUE(i == 0 || positions[i] > positions[i - 1]);
        for (size_t k = 0; k < used.size(); ++k) {
          const Band& band = bands.of(split)[k];
          used[k] += positions[i] >= band.low - 1e-9 && positions[i] <= band.high + 1e-9 ? 1 : 0;
        }
      }
      int inside = 0;
      for (const int count : used) {
        EXPECT_GT(count, 0);
        inside += count;
      }
      EXPECT_EQ(inside, 16);
    }
  }
}

TEST(Deformation, IsSmoothAndKeepsToItsLimits) {
  for (int64_t seed = 0; seed < 20; ++seed) {
    RandomStream random{seed};
    const Deformation deformation(random);
    const torch::Tensor points = deformation.positions(64, 240, 10);
    EXPECT_LE((points.select(2, 2) - 10).abs().max().item<double>(),
              Deformation::kMaxShiftZ + 1e-5);
    const torch::Tensor centre = points[32][32];
    EXPECT_LE(centre.narrow(0, 0, 2).abs().max().item<double>(), 4 + 3) << "half a pixel, turned";
    // Neighbours are a pixel apart, but for 8 % of scale and the bending: nothing folds.
    for (const int64_t axis : {0, 1}) {
      const torch::Tensor step =
          (points.narrow(axis, 1, 63) - points.narrow(axis, 0, 63)).norm(2, {2});
      EXPECT_GT(step.min().item<double>(), 0.5 * 240 / 64);
      EXPECT_LT(step.max().item<double>(), 1.6 * 240 / 64);
    }
  }
}

TEST(Deformation, ShowsTheFrontInTheFirstRow) {
  RandomStream random{3};
  const torch::Tensor points = Deformation(random).positions(64, 240, 0);
  EXPECT_GT(points[0][32][1].item<double>(), 80);
  EXPECT_LT(points[63][32][1].item<double>(), -80);
}

TEST(Contrasts, OrderTheTissuesAsInMri) {
  // fluid, grey matter, white matter; and air inside of the skull
  const Anatomy::Sample sample{torch::tensor({{0.33F, 0.72F, 1.0F, 0.05F}}), torch::ones({1, 4})};
  const auto values = [&](Contrast contrast) {
    const torch::Tensor image = signal(sample, contrast);
    return std::vector<float>(image.data_ptr<float>(), image.data_ptr<float>() + 4);
  };
  const auto t1 = values(Contrast::t1);
  EXPECT_TRUE(t1[0] < t1[1] && t1[1] < t1[2]);
  const auto t2 = values(Contrast::t2);
  EXPECT_TRUE(t2[0] > t2[1] && t2[1] > t2[2]);
  const auto flair = values(Contrast::flair);
  EXPECT_TRUE(flair[0] < flair[2] && flair[2] < flair[1]);
  for (const auto& image : {t1, t2, flair}) {
    EXPECT_LT(image[3], 0.1F);
  }
  EXPECT_GT(lesion_signal(Contrast::t2), t2[1]);
  EXPECT_GT(lesion_signal(Contrast::flair), flair[1]);
  EXPECT_LT(lesion_signal(Contrast::t1), t1[1]);
}

/// Where there is no current every component of a magnetic field is harmonic: Laplace's operator
/// gives zero.
TEST(CoilArray, MapsAreMagneticFields) {
  RandomStream random{5};
  const CoilArray coils(6, {130, 150, 140}, random);
  constexpr int64_t kSize = 40;  // the points at which maps are computed: nothing interpolated
  const double step = 2;
  const auto maps = [&](double z) {
    return coils.maps({kSize, kSize, step * kSize, step * kSize}, z).to(torch::kComplexDouble);
  };
  const torch::Tensor here = maps(0);
  const auto middle = [&](int64_t down, int64_t right) {
    return here.narrow(1, 1 + down, kSize - 2).narrow(2, 1 + right, kSize - 2);
  };
  const torch::Tensor along_x = middle(0, 1) + middle(0, -1) - 2 * middle(0, 0);
  const torch::Tensor along_y = middle(1, 0) + middle(-1, 0) - 2 * middle(0, 0);
  const torch::Tensor along_z =
      (maps(step) + maps(-step) - 2 * here).narrow(1, 1, kSize - 2).narrow(2, 1, kSize - 2);
  EXPECT_LT((along_x + along_y + along_z).abs().max().item<double>(),
            0.05 * along_x.abs().max().item<double>());
}

TEST(CoilArray, SeesEverythingAndTheCentreWithSensitivityOne) {
  for (const int64_t count : {1, 4, 16, 32}) {
    RandomStream random{count};
    const CoilArray coils(count, {130, 150, 140}, random);
    const torch::Tensor rss = coils.maps({41, 41, 240, 240}, 0).abs().square().sum(0).sqrt();
    EXPECT_NEAR(rss[20][20].item<double>(), 1, 0.02) << count;
    if (count >= 4) {
      EXPECT_GT(rss.min().item<double>(), 0.3) << count;
    }
  }
}

TEST(CoilArray, CorrelatesNoiseMoreBetweenNeighbours) {
  RandomStream random{5};
  const CoilArray coils(8, {130, 150, 140}, random);
  const torch::Tensor noise = coils.correlated(random.complex_normal({8, 200, 200})).view({8, -1});
  const torch::Tensor covariance = torch::mm(noise, noise.conj().t()) / (2.0 * 200 * 200);
  EXPECT_LT((torch::real(covariance).diagonal() - 1).abs().max().item<double>(), 0.03);
  EXPECT_LT(torch::imag(covariance).abs().max().item<double>(), 0.02);
  const torch::Tensor between = torch::real(covariance).masked_select(torch::eye(8).logical_not());
  EXPECT_GT(between.max().item<double>(), 0.05);
  EXPECT_LT(between.max().item<double>(), 0.6);
  EXPECT_GT(between.min().item<double>(), -0.03);
}

TEST(Lesions, AreEllipsoidsWhereTheyWerePut) {
  Lesion lesion;
  lesion.row = -20;
  lesion.column = 30;
  lesion.z = 5;
  lesion.radius = lesion.other_radius = 6;
  lesion.radius_z = 4;
  const torch::Tensor weight = lesion.weight(100, 200, 5);
  EXPECT_GT(weight[40][65].item<float>(), 0.95F);  // -20 mm, 30 mm at 2 mm a pixel
  const double area = weight.sum().item<double>() * 4;
  EXPECT_NEAR(area, 3.14159 * 36, 0.25 * 3.14159 * 36);
  EXPECT_LT(lesion.weight(100, 200, 8).sum().item<double>(), weight.sum().item<double>());
  EXPECT_EQ(lesion.weight(100, 200, 9.1).max().item<double>(), 0);
}

TEST(Lesions, AreBoxedInPixelsOfTheLabel) {
  torch::Tensor weight = torch::zeros({20, 20});
  weight.narrow(0, 8, 3).narrow(1, 4, 2).fill_(1);  // rows 8-10, columns 4-5
  const auto whole = box_around(weight, 20);
  ASSERT_TRUE(whole.has_value());
  EXPECT_EQ(whole->x, 2);
  EXPECT_EQ(whole->y, 6);
  EXPECT_EQ(whole->width, 6);
  EXPECT_EQ(whole->height, 7);
  EXPECT_EQ(whole->label, "lesion");
  const auto cropped = box_around(weight, 14);  // three pixels less on each side
  ASSERT_TRUE(cropped.has_value());
  EXPECT_EQ(cropped->x, 0) << "clipped";
  EXPECT_EQ(cropped->width, 5);
  EXPECT_EQ(cropped->y, 3);
  EXPECT_EQ(box_around(weight, 26)->x, 5) << "padded";
  EXPECT_FALSE(box_around(weight, 4).has_value()) << "outside of the label";
  EXPECT_FALSE(box_around(weight * 0.4, 20).has_value());
}

}  // namespace
}  // namespace dircn::simulation::scan_parts_test
