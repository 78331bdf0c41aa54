// What varied scans are put together from, each by itself.

#include <gtest/gtest.h>
#include <torch/types.h>

#include <array>
#include <cmath>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "dircn/core/error.h"
#include "simulate/anatomy_library.h"
#include "simulate/dead_leaves.h"
#include "simulate/magnitude_volume.h"
#include "simulate/plane_filters.h"
#include "simulate/scalp.h"
#include "simulate/scan_plan.h"
#include "simulate/small_head.h"
#include "simulate/tone_curve.h"
#include "simulate/varied_mask.h"
#include "support/paths.h"

namespace dircn::simulation::varied_parts_test {
namespace {

using testing::TemporaryFolder;

/// Balls around each other, in a cube of 90³ mm: of each radius (mm) and outside of the next
/// smaller one, this value.
torch::Tensor balls(const std::vector<std::pair<double, double>>& radii_and_values) {
  const torch::Tensor along = torch::arange(90, torch::kFloat) - 44.5;
  const torch::Tensor radius =
      torch::sqrt(along.square().view({-1, 1, 1}) + along.square().view({1, -1, 1}) +
                  along.square().view({1, 1, -1}));
  torch::Tensor image = torch::zeros({90, 90, 90});
  for (const auto& [size, value] : radii_and_values) {
    image = torch::where(radius < size, torch::full_like(image, value), image);
  }
  return image;
}

constexpr std::array<double, 3> kCubes = {1, 1, 1};

TEST(MagnitudeVolume, KnowsASkull) {
  const MagnitudeVolume head("head", balls({{42, 1}, {37, 0.05}, {29, 0.7}}), kCubes);
  EXPECT_FALSE(head.skull_stripped());
  const MagnitudeVolume brain("brain", balls({{40, 0.7}, {20, 1}}), kCubes);
  EXPECT_TRUE(brain.skull_stripped());
}

TEST(MagnitudeVolume, CutsPlanesOfAKnownSize) {
  const MagnitudeVolume ball("ball", balls({{30, 1}}), {1, 1, 1.5});
  RandomStream random{1};
  for (int i = 0; i < 20; ++i) {
    const Planes planes = ball.planes(random, 3);
    ASSERT_EQ(planes.images.size(), 3U);
    EXPECT_NEAR(planes.height / planes.row_spacing, 60, 1);
    EXPECT_NEAR(planes.width / planes.column_spacing, 60, 1);
    EXPECT_NEAR(planes.row_centre, 0, 1);
    for (const torch::Tensor& image : planes.images) {
      EXPECT_TRUE((image > 0.5).any().item<bool>()) << "an empty plane";
      EXPECT_LE(image.max().item<float>(), 1.001);
    }
  }
}

// Slices 4 mm apart are cut as they were measured, never across.
TEST(MagnitudeVolume, ThickSlicesAreNotCutAcross) {
  const torch::Tensor thick = balls({{30, 1}}).slice(0, 0, 90, 6);
  const MagnitudeVolume volume("thick", thick, {6, 1, 1});
  RandomStream random{2};
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(volume.planes(random, 1).images.front().sizes(), (torch::IntArrayRef{90, 90}));
  }
}

TEST(MagnitudeVolume, RefusesNothing) {
  EXPECT_THROW(MagnitudeVolume("empty.nii", torch::zeros({9, 9, 9}), kCubes), Error);
}

TEST(MagnitudeVolume, RefusesWhatIsNotOfAHeadsSize) {
  const torch::Tensor ball = balls({{30, 1}});
  EXPECT_NO_THROW(MagnitudeVolume("head.nii", ball, {3, 3, 3}));
  EXPECT_THROW(MagnitudeVolume("metres.nii", ball, {0.003, 0.003, 0.003}), Error);
  EXPECT_THROW(MagnitudeVolume("micrometres.nii", ball, {3000, 3000, 3000}), Error);
}

// A slab is seen from above, and not from the side, where it is but a line.
TEST(MagnitudeVolume, ThinSlabsAreNotCutAcross) {
  const MagnitudeVolume slab("slab", balls({{30, 1}}).slice(0, 40, 44), kCubes);
  RandomStream random{10};
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(slab.planes(random, 1).images.front().sizes(), (torch::IntArrayRef{90, 90}));
  }
}

TEST(MagnitudeVolume, TakesGlaringVoxelsAndRefusesInf) {
  torch::Tensor ball = balls({{30, 1}});
  ball.slice(1, 40, 44).select(2, 45).fill_(1e9);
  const MagnitudeVolume volume("glaring", ball, kCubes);
  RandomStream random{11};
  for (int i = 0; i < 20; ++i) {
    const torch::Tensor image = volume.planes(random, 1).images.front();
    EXPECT_TRUE(torch::isfinite(image).all().item<bool>());
  }
  ball[45][45][45] = INFINITY;
  EXPECT_THROW(MagnitudeVolume("inf.nii", ball, kCubes), Error);
}

TEST(AnatomyLibrary, ReadsFilesFoldersAndTextures) {
  const TemporaryFolder folder;
  const std::string head = testing::write_small_head(folder.path()).string();
  EXPECT_EQ(AnatomyLibrary({head, "textures"}).volumes(), 1);
  const AnatomyLibrary library({folder.path().string()});
  EXPECT_EQ(library.volumes(), 2) << "head and brain";
  RandomStream random{3};
  EXPECT_EQ(library.planes(random, 2).images.size(), 2U);
  EXPECT_EQ(AnatomyLibrary({"textures"}).planes(random, 1).source, "dead leaves");
}

TEST(AnatomyLibrary, SaysWhatCannotBeScanned) {
  const TemporaryFolder folder;
  EXPECT_THROW(AnatomyLibrary({}), Error);
  EXPECT_THROW(AnatomyLibrary({"textures", ""}), Error);
  EXPECT_THROW(AnatomyLibrary({folder.path().string()}), Error);
  EXPECT_THROW(AnatomyLibrary({(folder.path() / "absent.nii").string()}), Error);
}

TEST(ToneCurve, KeepsAirDarkAndDiffers) {
  const torch::Tensor greys = torch::linspace(0, 1.3, 200);
  RandomStream random{4};
  torch::Tensor before;
  for (int i = 0; i < 50; ++i) {
    const torch::Tensor signal = ToneCurve(random)(greys);
    EXPECT_EQ(signal[0].item<float>(), 0);
    EXPECT_GE(signal.min().item<float>(), 0);
    EXPECT_LE(signal.max().item<float>(), 1.1);
    EXPECT_LE((signal.slice(0, 1) - signal.slice(0, 0, 199)).abs().max().item<float>(), 0.25)
        << "a step";
    if (before.defined()) {
      EXPECT_GT((signal - before).abs().max().item<float>(), 1e-3);
    }
    before = signal;
  }
}

TEST(DeadLeaves, HaveAirAroundAndGreysOfAllKinds) {
  RandomStream random{5};
  int with_air = 0;
  for (int i = 0; i < 10; ++i) {
    const torch::Tensor image = dead_leaves(random, 1).images.front();
    with_air += image[0].max().item<float>() < 1e-3 ? 1 : 0;
    EXPECT_GT(image.std().item<double>(), 0.1);
  }
  EXPECT_GE(with_air, 5);
}

TEST(Scalp, SurroundsABrain) {
  Planes planes;
  planes.images = {balls({{30, 1}}).select(0, 45)};
  planes.height = planes.width = 60;
  planes.skull_stripped = true;
  RandomStream random{6};
  add_scalp(planes, random);
  const torch::Tensor& image = planes.images.front();
  const torch::Tensor middle = image[image.size(0) / 2];
  const int64_t size = image.size(1);
  EXPECT_NEAR(middle[size / 2].item<float>(), 1, 1e-5) << "the brain";
  const torch::Tensor head = (image > kSomething).any(0).nonzero();
  EXPECT_NEAR((head[-1] - head[0]).item<double>() + 1, planes.width, 4);
  EXPECT_LT(middle.slice(0, size / 2 + 31, size / 2 + 45).min().item<float>(), 0.35) << "a skull";
}

TEST(Rim, LiesWithinADepthOfTheOutline) {
  const torch::Tensor disc = balls({{30, 1}}).select(0, 45);
  const torch::Tensor edge = rim(disc, 6, 1);
  EXPECT_EQ(edge[45][45].item<float>(), 0);
  EXPECT_NEAR(edge[45][45 + 27].item<float>(), 1, 1e-5);
  EXPECT_EQ(edge[45][45 + 18].item<float>(), 0);
}

MeasuredPart whole(int64_t rows, int64_t columns) {
  return {rows, columns, 0, rows, 0, columns};
}

TEST(VariedMask, HasItsAccelerationAndACentre) {
  RandomStream random{7};
  std::map<std::string, int> kinds;
  for (int i = 0; i < 200; ++i) {
    const VariedMask mask = varied_mask(whole(120, 160), {4, 4}, random);
    ++kinds[mask.kind];
    EXPECT_NEAR(mask.acceleration, 4, 1e-9);
    const double sampled = mask.mask.to(torch::kFloat).mean().item<double>();
    // Columns beside the centre come on top, of equispaced masks.
    EXPECT_GT(sampled, mask.kind == "random" ? 0.12 : 0.19) << mask.kind;
    EXPECT_LT(sampled, 0.40) << mask.kind;
    const torch::Tensor middle = mask.mask.dim() == 1 ? mask.mask.narrow(0, 78, 4)
                                                      : mask.mask.narrow(0, 58, 4).narrow(1, 78, 4);
    EXPECT_TRUE(middle.all().item<bool>()) << mask.kind;
  }
  EXPECT_GT(kinds["equispaced"], 70);
  EXPECT_GT(kinds["random"], 50);
  EXPECT_GT(kinds["poisson"], 2);
}

TEST(VariedMask, StaysWithinWhatIsMeasured) {
  RandomStream random{8};
  const MeasuredPart part{64, 100, 10, 60, 20, 90};
  for (int i = 0; i < 100; ++i) {
    torch::Tensor mask = varied_mask(part, {2, 12}, random).mask.clone();
    EXPECT_TRUE(mask.any().item<bool>());
    if (mask.dim() == 2) {
      mask.slice(0, 10, 60).slice(1, 20, 90).fill_(false);
    } else {
      mask.slice(0, 20, 90).fill_(false);
    }
    EXPECT_FALSE(mask.any().item<bool>());
  }
}

TEST(ScanPlan, SeesTheWholeHeadUnlessItWraps) {
  Planes planes;
  planes.height = 220;
  planes.width = 160;
  SimulationConfig config;
  config.matrix = {100, 180};
  RandomStream random{9};
  int wraps = 0;
  for (int i = 0; i < 300; ++i) {
    const bool turned = i % 2 == 0;
    const ScanPlan plan = random_plan(planes, config, turned, random);
    const MeasuredPart& part = plan.part;
    EXPECT_TRUE(part.rows >= 100 && part.rows <= 180 && part.columns >= 100 && part.columns <= 180);
    EXPECT_GE(static_cast<double>(part.rows) * plan.row_pixel, turned ? 160 : 220);
    const double width = static_cast<double>(part.columns) * plan.column_pixel;
    EXPECT_EQ(width < (turned ? 220 : 160), plan.wraps);
    wraps += plan.wraps ? 1 : 0;
    EXPECT_TRUE(part.first_column < part.columns / 2 && part.end_column > part.columns / 2);
    EXPECT_TRUE(part.first_row < part.rows / 2 && part.end_row > part.rows / 2);
  }
  EXPECT_NEAR(wraps, 36, 20);
}

}  // namespace
}  // namespace dircn::simulation::varied_parts_test
