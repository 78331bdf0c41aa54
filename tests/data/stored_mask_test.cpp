// The same mask in the ways in which it is stored, and the sizes of images without a header.

#include "dircn/data/stored_mask.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include <string>
#include <vector>

#include "dircn/core/error.h"
#include "dircn/data/volume.h"
#include "support/challenge_files.h"
#include "support/golden.h"
#include "support/paths.h"

namespace dircn::stored_mask_test {
namespace {

namespace fs = std::filesystem;
using testing::Hdf5Maker;
using testing::TemporaryFolder;

fs::path with_mask(const fs::path& path, const torch::Tensor& kspace, const torch::Tensor& mask) {
  Hdf5Maker maker(path);
  maker.complex("kspace", kspace);
  maker.real("mask", mask);
  return path;
}

TEST(StoredMask, OfColumnsIsTheSameHoweverItIsStored) {
  const TemporaryFolder folder;
  const auto kspace = testing::full_kspace(1, 2, 30, 20, 1);
  const auto columns = testing::some_columns(20);
  auto padded = columns.expand({30, 20}).clone();
  padded.slice(0, 0, 3).fill_(false);
  padded.slice(0, 28).fill_(false);
  const std::vector<torch::Tensor> ways = {columns.to(torch::kFloat),
                                           columns.to(torch::kLong),
                                           columns.view({1, 20}),
                                           columns.view({1, 1, 1, 20, 1}),
                                           columns.expand({30, 20}),
                                           columns.expand({1, 30, 20}),
                                           padded};
  for (const auto& way : ways) {
    const KspaceVolume volume(with_mask(folder / "a.h5", kspace, way));
    EXPECT_TRUE(torch::equal(volume.mask(), columns)) << way.sizes();
    EXPECT_EQ(volume.grid().rows.kept, 20) << "the readout is cropped as with any column mask";
  }
}

TEST(StoredMask, OfRowsAndColumnsStaysOne) {
  const TemporaryFolder folder;
  const auto kspace = testing::full_kspace(1, 2, 30, 20, 1);
  const auto mask = torch::arange(600).remainder(7) == 0;
  const KspaceVolume volume(with_mask(folder / "a.h5", kspace, mask.view({30, 20})));
  EXPECT_TRUE(torch::equal(volume.mask(), mask.view({30, 20})));
  EXPECT_EQ(volume.grid().rows.kept, 30);
}

/// As pictures store black and white.
TEST(StoredMask, MayHaveAnotherNumberThanOneWhichIsLoggedOnce) {
  const TemporaryFolder folder;
  const auto kspace = testing::full_kspace(1, 2, 30, 20, 1);
  const auto columns = testing::some_columns(20);
  ::testing::internal::CaptureStderr();
  for (const auto& way : {255 * columns.to(torch::kLong), columns.to(torch::kFloat) * 0.5,
                          255 * columns.expand({30, 20}).to(torch::kLong)}) {
    const KspaceVolume volume(with_mask(folder / "a.h5", kspace, way));
    EXPECT_TRUE(torch::equal(volume.mask(), columns)) << way.sizes();
  }
  const std::string log = ::testing::internal::GetCapturedStderr();
  const size_t told = log.find("a.h5: 'mask': 255 is taken as 1");
  ASSERT_NE(told, std::string::npos) << log;
  EXPECT_EQ(log.find("is taken as 1", told + 30), std::string::npos) << log;
}

TEST(StoredMask, OfEachCoilIsOneWhereCoilsAgree) {
  const TemporaryFolder folder;
  const auto kspace = testing::full_kspace(1, 3, 30, 20, 1);
  const auto columns = testing::some_columns(20);
  const auto points = (torch::arange(600).remainder(7) == 0).view({30, 20});
  const auto read = [&](const torch::Tensor& mask) {
    return KspaceVolume(with_mask(folder / "a.h5", kspace, mask)).mask();
  };
  EXPECT_TRUE(torch::equal(read(columns.expand({3, 20})), columns));
  EXPECT_TRUE(torch::equal(read(columns.expand({1, 3, 1, 20})), columns));
  EXPECT_TRUE(torch::equal(read(columns.expand({3, 30, 20})), columns));
  EXPECT_TRUE(torch::equal(read(points.expand({1, 3, 30, 20})), points));
}

TEST(StoredMask, OfCoilsThatDifferNamesOne) {
  const TemporaryFolder folder;
  const auto kspace = testing::full_kspace(1, 3, 30, 20, 1);
  auto mask = testing::some_columns(20).expand({1, 3, 30, 20}).clone();
  mask[0][2][5][0] = mask[0][2][5][0].logical_not();
  try {
    KspaceVolume(with_mask(folder / "a.h5", kspace, mask));
    ADD_FAILURE() << "no error";
  } catch (const Error& error) {
    const std::string text = error.what();
    for (const char* part :
         {"a.h5: 'mask'", "coil 2 differs", "one mask for all coils", "m.all(1)"}) {
      EXPECT_NE(text.find(part), std::string::npos) << text;
    }
  }
}

TEST(StoredMask, OfAnotherAxisSaysHowKspaceLies) {
  const TemporaryFolder folder;
  const auto mask = testing::some_columns(20);
  const auto expect_advice = [&](const torch::Tensor& kspace, const std::string& part) {
    try {
      KspaceVolume(with_mask(folder / "a.h5", kspace, mask));
      ADD_FAILURE() << part;
    } catch (const Error& error) {
      EXPECT_NE(std::string(error.what()).find(part), std::string::npos) << error.what();
    }
  };
  expect_advice(testing::full_kspace(1, 30, 20, 2, 1), "k.transpose(0, 3, 1, 2)");
  expect_advice(testing::full_kspace(1, 2, 20, 30, 1), "k.swapaxes(2, 3)");
  expect_advice(testing::full_kspace(1, 2, 30, 24, 1), "Take the mask that belongs");
}

/// Without a header: the label beside, or else all that was measured.
TEST(ImageSizes, FollowTheLabelBeside) {
  const TemporaryFolder folder;
  const auto kspace = testing::full_kspace(1, 2, 64, 34, 1);
  testing::write_kspace(folder / "kspace/a.h5", kspace, testing::some_columns(34));
  const KspaceVolume alone(folder / "kspace/a.h5");
  EXPECT_FALSE(alone.image_size().has_value());
  EXPECT_EQ(alone.grid().size().height, 34);
  EXPECT_EQ(alone.grid().size().width, 34);
  testing::write_images(folder / "image/a.h5", torch::rand({1, 50, 30}), 1);
  const ImageGrid grid = KspaceVolume(folder / "kspace/a.h5").grid();
  EXPECT_EQ(grid.size().height, 50);
  EXPECT_EQ(grid.size().width, 30);
  EXPECT_EQ(grid.rows.kept, 50) << "nothing is cut that the label shows";
}

}  // namespace
}  // namespace dircn::stored_mask_test
