// Where the voxels of a scan lie, as its header and its data sets of the orientation say.

#include "dircn/formats/voxel_geometry.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include <array>
#include <cmath>
#include <cstddef>
#include <filesystem>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "dircn/core/error.h"
#include "dircn/data/volume.h"
#include "support/challenge_files.h"
#include "support/image_grids.h"
#include "support/paths.h"

namespace dircn::voxel_geometry_test {
namespace {

namespace fs = std::filesystem;
using testing::Hdf5Maker;
using testing::ScanText;
using testing::TemporaryFolder;
using testing::whole_grid;
using Orientation = std::map<std::string, torch::Tensor>;

constexpr int64_t kWidth = 20;
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
/// Images of 16 rows and 10 columns that measure 24 mm, 5 mm and, in one slice, 7 mm.
constexpr ScanText kScan = {16, 10, kWidth, kWidth, kWidth / 2, std::array<double, 3>{24, 5, 7}};

Orientation oblique() {
  return {{"read_dir", torch::tensor({0.6, 0.8, 0.0})},
          {"phase_dir", torch::tensor({-0.8, 0.6, 0.0})},
          {"slice_dir", torch::tensor({0.0, 0.0, -1.0})},
          {"position", torch::tensor({10.0, -20.0, 30.5})}};
}

/// A scan with this header, if any, and these data sets.
fs::path scan(const fs::path& path, const std::optional<std::string>& header,
              const Orientation& orientation = {}) {
  Hdf5Maker maker(path);
  maker.complex("kspace", testing::full_kspace(1, 2, 2 * kWidth, kWidth, 1));
  maker.real("mask", testing::some_columns(kWidth));
  if (header) {
    testing::write_text(maker.file(), "ismrmrd_header", *header);
  }
  for (const auto& [name, vector] : orientation) {
    maker.real(name, vector);
  }
  return path;
}

std::optional<VoxelGeometry> voxels(const std::string& header) {
  const TemporaryFolder folder;
  return KspaceVolume(scan(folder / "a.h5", header)).voxels(whole_grid({2 * kWidth, kWidth}));
}

std::string replaced(const std::string& from, const std::string& to) {
  std::string text = testing::scan_header(kScan);
  return text.replace(text.find(from), from.size(), to);
}

TEST(ScanVoxels, LieAsFarApartAsFieldOfViewOverMatrix) {
  const auto known = voxels(testing::scan_header(kScan));
  ASSERT_TRUE(known.has_value());
  EXPECT_EQ(known->spacing, (std::array<double, 3>{7, 1.5, 0.5}));  // z, x = rows, y = columns
  EXPECT_FALSE(known->orientation.has_value());
}

/// What was encoded decides where the header does not say what the images show.
TEST(ScanVoxels, AreTheSamplesWhereTheImagesHaveNoFieldOfView) {
  ScanText text = kScan;
  text.rows = 2 * kWidth;
  text.encoded_field_of_view = {96, 60, 9};
  EXPECT_EQ(voxels(testing::scan_header(text))->spacing, (std::array<double, 3>{7, 1.5, 0.5}));
  text.field_of_view.reset();
  const auto known = voxels(testing::scan_header(text));
  ASSERT_TRUE(known.has_value());
  EXPECT_EQ(known->spacing[0], 9);
  EXPECT_DOUBLE_EQ(known->spacing[1], 96.0 / static_cast<double>(2 * kWidth));
  EXPECT_DOUBLE_EQ(known->spacing[2], 60.0 / static_cast<double>(kWidth));
}

TEST(ScanVoxels, LieCloserWhereTheMatrixHasSlices) {
  // The first z belongs to encodedSpace.
  std::string text = testing::scan_header(kScan);
  text.replace(text.rfind("<z>1</z>"), 8, "<z>4</z>");
  EXPECT_EQ(voxels(text)->spacing[0], 1.75);
}

TEST(ScanVoxels, AreNotKnownWithoutSensibleNumbers) {
  ScanText bare = kScan;
  bare.field_of_view.reset();
  EXPECT_FALSE(voxels(testing::scan_header(bare)).has_value());
  const std::string y = "<y>" + std::to_string(5.0) + "</y>";
  ASSERT_TRUE(voxels(replaced(y, "<y> 5.0e0\n</y>")).has_value());
  for (const std::string number :
       {"", "0", "-5", "nan", "inf", "1e300", "1e999", "1e-300", "5 mm", "5,0", "0x5"}) {
    EXPECT_FALSE(voxels(replaced(y, "<y>" + number + "</y>")).has_value()) << number;
  }
  EXPECT_FALSE(voxels(replaced(y, "")).has_value());
  for (const std::string number : {"0", "-1", "many", ""}) {
    std::string text = testing::scan_header(kScan);
    text.replace(text.rfind("<z>1</z>"), 8, "<z>" + number + "</z>");
    EXPECT_FALSE(voxels(text).has_value()) << number;
  }
}

TEST(ScanVoxels, AreNotKnownOfAFileWithoutHeader) {
  const TemporaryFolder folder;
  EXPECT_FALSE(KspaceVolume(scan(folder / "a.h5", std::nullopt))
                   .voxels(whole_grid({2 * kWidth, kWidth}))
                   .has_value());
  const KspaceVolume turned(scan(folder / "b.h5", std::nullopt, oblique()));
  EXPECT_FALSE(turned.voxels(whole_grid({2 * kWidth, kWidth})).has_value());
}

TEST(ScanVoxels, LieInThePatientAsTheFileSays) {
  const TemporaryFolder folder;
  const KspaceVolume volume(scan(folder / "a.h5", testing::scan_header(kScan), oblique()));
  const auto geometry = volume.voxels(volume.grid()).value();
  const auto orientation = geometry.orientation.value();
  const auto expect_near = [](const VoxelGeometry::Vector& found,
                              const VoxelGeometry::Vector& expected) {
    for (size_t axis = 0; axis < found.size(); ++axis) {
      EXPECT_NEAR(found[axis], expected[axis], 1e-6) << axis;
    }
  };
  expect_near(orientation.row_direction, {0.6, 0.8, 0});
  expect_near(orientation.column_direction, {-0.8, 0.6, 0});
  expect_near(orientation.slice_direction, {0, 0, -1});
  expect_near(orientation.position, {10, -20, 30.5});
  // Of images of 16 x 10: 8 rows of 1.5 mm and 5 columns of 0.5 mm before the centre.
  expect_near(first_voxel(geometry, 16, 10),
              {10 - 12 * 0.6 + 2.5 * 0.8, -20 - 12 * 0.8 - 2.5 * 0.6, 30.5});
}

TEST(ScanVoxels, HaveNoOrientationWhereAPartIsMissing) {
  const TemporaryFolder folder;
  for (const auto& part : oblique()) {
    Orientation rest = oblique();
    rest.erase(part.first);
    const KspaceVolume volume(scan(folder / "a.h5", testing::scan_header(kScan), rest));
    ASSERT_TRUE(volume.voxels(whole_grid({2 * kWidth, kWidth})).has_value());
    EXPECT_FALSE(volume.voxels(volume.grid())->orientation.has_value()) << part.first;
  }
}

TEST(ScanVoxels, LieWhereTheirFirstSliceDoes) {
  const TemporaryFolder folder;
  Orientation of_slices = oblique();
  of_slices["position"] = torch::tensor({{10.0, -20.0, 30.5}, {10.0, -20.0, 23.5}});
  of_slices["read_dir"] = of_slices["read_dir"].view({1, 3});
  const KspaceVolume volume(scan(folder / "a.h5", testing::scan_header(kScan), of_slices));
  EXPECT_EQ(volume.voxels(volume.grid())->orientation->position,
            (VoxelGeometry::Vector{10, -20, 30.5}));
}

TEST(ScanVoxels, TakeDirectionsThatAreRounded) {
  const TemporaryFolder folder;
  Orientation rounded = oblique();
  rounded["read_dir"] = torch::tensor({0.6005, 0.8, 0.0});
  const KspaceVolume volume(scan(folder / "a.h5", testing::scan_header(kScan), rounded));
  const auto direction = volume.voxels(volume.grid())->orientation->row_direction;
  EXPECT_NEAR(std::hypot(direction[0], direction[1], direction[2]), 1, 1e-12);
}

TEST(ScanVoxels, RefuseDirectionsThatAreNone) {
  const TemporaryFolder folder;
  struct Case {
    std::string name;
    torch::Tensor vector;
    std::string part;
  };
  const std::vector<Case> cases = {
      {"read_dir", torch::zeros({3}), "length 0"},
      {"phase_dir", torch::tensor({-0.8, 0.61, 0.0}), "length 1.00"},
      {"phase_dir", torch::tensor({0.6, 0.8, 0.0}), "'read_dir' whose cosine is 1.0"},
      {"slice_dir", torch::tensor({0.0, 0.002, 1.0}), "'read_dir' whose cosine is 0.0016"},
      {"slice_dir", torch::tensor({kNaN, 0.0, 1.0}), "finite"},
      {"slice_dir", torch::ones({3, 1}), "[3, 1]"},
      {"position", torch::tensor({0.0, kNaN, 0.0}), "finite"},
      {"position", torch::zeros({2}), "[2]"},
  };
  for (const auto& wrong : cases) {
    Orientation orientation = oblique();
    orientation[wrong.name] = wrong.vector;
    try {
      KspaceVolume(scan(folder / "a.h5", testing::scan_header(kScan), orientation));
      ADD_FAILURE() << wrong.name << wrong.part;
    } catch (const Error& error) {
      const std::string text = error.what();
      EXPECT_NE(text.find("a.h5: '" + wrong.name + "'"), std::string::npos) << text;
      EXPECT_NE(text.find(wrong.part), std::string::npos) << wrong.part << " in " << text;
    }
  }
}

}  // namespace
}  // namespace dircn::voxel_geometry_test
