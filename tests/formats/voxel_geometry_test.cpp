#include "dircn/formats/voxel_geometry.h"

#include <gtest/gtest.h>

#include <array>

namespace dircn::voxel_geometry_test {
namespace {

constexpr std::array<double, 3> kSpacing = {7, 0.5, 2};

/// Rows towards the head, columns towards the left.
const VoxelGeometry kCoronal = {
    kSpacing, VoxelGeometry::Orientation{{0, 0, 1}, {1, 0, 0}, {0, 1, 0}, {10, 20, 30}}, {}};

using Vector = VoxelGeometry::Vector;

TEST(VoxelGeometry, BeginsHalfAnImageBeforeItsCentre) {
  EXPECT_EQ(first_voxel(kCoronal, 1, 1), (Vector{10, 20, 30}));
  EXPECT_EQ(first_voxel(kCoronal, 6, 4), (Vector{10 - 2 * 2, 20, 30 - 3 * 0.5}));
  EXPECT_EQ(first_voxel(kCoronal, 7, 5), (Vector{10 - 2 * 2, 20, 30 - 3 * 0.5}));
}

TEST(VoxelGeometry, StaysWhenAnImageIsCropped) {
  // 3 rows fewer at the top, 2 columns fewer at the left
  const Vector whole = first_voxel(kCoronal, 16, 12);
  const Vector cropped = first_voxel(kCoronal, 10, 8);
  EXPECT_EQ(cropped, (Vector{whole[0] + 2 * 2, whole[1], whole[2] + 3 * 0.5}));
}

TEST(VoxelGeometry, BeginsWhereItsCentreIsSaidToBe) {
  VoxelGeometry geometry = kCoronal;
  geometry.centre = {3, -1};
  EXPECT_EQ(first_voxel(geometry, 16, 12), (Vector{10 + 2, 20, 30 - 3 * 0.5}));
}

}  // namespace
}  // namespace dircn::voxel_geometry_test
