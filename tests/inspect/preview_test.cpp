#include "dircn/inspect/preview.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "dircn/core/error.h"
#include "dircn/pictures/grey_picture.h"
#include "formats/hdf5_maker.h"
#include "support/challenge_files.h"
#include "support/paths.h"

namespace dircn::preview_test {
namespace {

using testing::Hdf5Maker;
using testing::TemporaryFolder;

constexpr int64_t kGap = 4;

/// k-space of one coil that sees a single bright pixel: its magnitude is flat, and with full
/// sampling the image is that pixel.
torch::Tensor point_source(int64_t slices, int64_t height, int64_t width) {
  auto kspace = torch::zeros({slices, 1, height, width}, torch::kComplexFloat);
  const auto y = torch::arange(height).view({-1, 1});
  const auto x = torch::arange(width).view({1, -1});
  for (int64_t s = 0; s < slices; ++s) {
    // The pixel (height/2 + s, width/2): a wave along H of s periods.
    const auto phase = -2 * M_PI * static_cast<double>(s) / static_cast<double>(height) *
                       (y - height / 2).to(torch::kFloat) * torch::ones_like(x);
    kspace[s][0] = torch::polar(torch::ones_like(phase), phase);
  }
  return kspace;
}

void expect_refused(const std::filesystem::path& path, std::optional<int64_t> slice,
                    const std::string& message) {
  try {
    preview_picture(path, slice);
    ADD_FAILURE() << "no error";
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find(message), std::string::npos) << error.what();
  }
}

TEST(Preview, ShowsTheZeroFilledImageBesideTheMask) {
  const TemporaryFolder folder;
  const int64_t height = 30;
  const int64_t width = 20;
  const auto columns = testing::some_columns(width);
  testing::write_kspace(folder / "a.h5", point_source(3, height, width), columns);
  const auto picture = preview_picture(folder / "a.h5", 2);
  ASSERT_EQ(picture.scalar_type(), torch::kByte);
  ASSERT_EQ(picture.sizes(), torch::IntArrayRef({height, 2 * width + kGap}));
  // All columns of k-space carry the same point, so it stays in row 15 + 2, smeared along W.
  const auto image = picture.slice(1, 0, width);
  EXPECT_EQ(image[17][width / 2].item<int>(), 255);
  EXPECT_EQ(image.slice(0, 0, 17).max().item<int>(), 0);
  EXPECT_EQ(image.slice(0, 18).max().item<int>(), 0);
  EXPECT_TRUE((picture.slice(1, width, width + kGap) == 255).all().item<bool>());
  const auto mask = picture.slice(1, width + kGap);
  EXPECT_TRUE(torch::equal(mask, (columns.to(torch::kByte) * 255).expand({height, width})));
}

TEST(Preview, TakesTheMiddleSlice) {
  const TemporaryFolder folder;
  testing::write_kspace(folder / "a.h5", point_source(3, 30, 20), testing::some_columns(20));
  EXPECT_TRUE(
      torch::equal(preview_picture(folder / "a.h5", {}), preview_picture(folder / "a.h5", 1)));
  EXPECT_FALSE(
      torch::equal(preview_picture(folder / "a.h5", 0), preview_picture(folder / "a.h5", 1)));
}

TEST(Preview, ShowsAMaskInTwoDimensions) {
  const auto picture = preview_picture(testing::test_data("brain_8ch_poisson2d.h5"), {});
  ASSERT_EQ(picture.sizes(), torch::IntArrayRef({230, 2 * 180 + kGap}));
  const auto mask = picture.slice(1, 180 + kGap);
  EXPECT_EQ((mask == 255).sum().item<int64_t>(), 5148);
  EXPECT_EQ(picture.slice(1, 0, 180).max().item<int>(), 255);
}

TEST(Preview, ShowsImages) {
  const TemporaryFolder folder;
  auto label = torch::zeros({2, 9, 8});
  label[1].fill_(2e-4);
  label[1][3][4] = 1e-4;
  testing::write_images(folder / "a.h5", label, 1);
  testing::write_reconstruction(folder / "b.h5", label);
  for (const char* name : {"a.h5", "b.h5"}) {
    const auto picture = preview_picture(folder / name, 1);
    ASSERT_EQ(picture.sizes(), torch::IntArrayRef({9, 8})) << name;
    EXPECT_EQ(picture[0][0].item<int>(), 255);
    EXPECT_NEAR(picture[3][4].item<int>(), 128, 1);
    EXPECT_EQ(preview_picture(folder / name, 0).max().item<int>(), 0);  // empty
  }
}

TEST(Preview, RefusesWhatItCannotShow) {
  const TemporaryFolder folder;
  testing::write_images(folder / "a.h5", torch::rand({2, 9, 8}), 1);
  Hdf5Maker(folder / "b.h5").real("weights", torch::ones({2}));
  testing::write_reconstruction(folder / "c.h5", torch::rand({9, 8}));
  expect_refused(folder / "a.h5", 2, "a.h5: found no slice 2; expected 0 to 1");
  expect_refused(folder / "a.h5", -1, "a.h5: found no slice -1; expected 0 to 1");
  expect_refused(folder / "b.h5", {}, "b.h5: found neither k-space nor images");
  expect_refused(folder / "c.h5", {}, "c.h5: 'reconstruction': found shape [9, 8]");
}

TEST(Preview, DrawsHdf5Only) {
  const TemporaryFolder folder;
  testing::write_file(folder / "a.yaml", "model: {}");
  for (const auto& path : {folder / "a.yaml", folder / "none.h5", folder.path()}) {
    expect_refused(path, {}, path.string() + ": found no HDF5 file");
    expect_refused(path, {}, "--png draws HDF5 files");
  }
}

TEST(GreyPicture, LeavesTheBrightestPixelsOutOfTheWindow) {
  const auto image = torch::arange(1001, torch::kFloat).view({7, 143});
  EXPECT_EQ(white_value(image), 998);
  const auto grey = grey_picture(image, 500);
  EXPECT_EQ(grey[0][100].item<int>(), 51);
  EXPECT_EQ(grey[6][142].item<int>(), 255);
  EXPECT_GT(white_value(torch::zeros({3, 3})), 0);
}

}  // namespace
}  // namespace dircn::preview_test
