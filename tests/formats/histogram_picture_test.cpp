#include "dircn/formats/histogram_picture.h"

#include <gtest/gtest.h>
#include <png.h>
#include <torch/types.h>

#include <cmath>
#include <filesystem>
#include <vector>

#include "dircn/core/error.h"
#include "support/paths.h"

namespace dircn::histogram_picture_test {
namespace {

using testing::TemporaryFolder;
using Counts = std::vector<int64_t>;

/// Where the picture is of the bars' colour: bool [height, width].
torch::Tensor bars(const std::filesystem::path& path) {
  png_image header{};
  header.version = PNG_IMAGE_VERSION;
  EXPECT_NE(png_image_begin_read_from_file(&header, path.c_str()), 0) << header.message;
  header.format = PNG_FORMAT_RGB;
  auto pixels = torch::zeros({header.height, header.width, 3}, torch::kByte);
  EXPECT_NE(png_image_finish_read(&header, nullptr, pixels.data_ptr(), 0, nullptr), 0);
  const auto wide = pixels.to(torch::kInt);
  return wide.select(2, 2) - wide.select(2, 0) > 50;  // blue
}

TEST(HistogramPicture, CountsInBins) {
  const auto histogram = count_in_bins({0, 0.1, 0.5, 0.99, 1, 7, -3, std::nan("")}, 0, 1, 4);
  EXPECT_EQ(histogram.edges, (std::vector<double>{0, 0.25, 0.5, 0.75, 1}));
  EXPECT_EQ(histogram.counts, (Counts{3, 0, 1, 3}));
}

TEST(HistogramPicture, DrawsBarsAsHighAsTheirCounts) {
  const TemporaryFolder folder;
  Histogram histogram{"title", "value", "things", {0, 1, 2, 3, 4}, {10, 0, 5, 1}};
  write_histogram_png(folder / "h.png", histogram);
  const auto blue = bars(folder / "h.png");
  ASSERT_EQ(blue.sizes(), torch::IntArrayRef({500, 800}));
  const auto heights = blue.sum(0);
  const int64_t quarter = (770 - 80) / 4;
  const auto height = [&](int64_t bin) {
    return heights[80 + bin * quarter + quarter / 2].item<int64_t>();
  };
  EXPECT_NEAR(height(0), 370, 1);
  EXPECT_EQ(height(1), 0);
  EXPECT_NEAR(height(2), 185, 1);
  EXPECT_NEAR(height(3), 37, 1);
}

TEST(HistogramPicture, ShowsOneAmongMany) {
  const TemporaryFolder folder;
  Histogram histogram{"", "", "", {0, 1, 2}, {1000000, 1}};
  write_histogram_png(folder / "h.png", histogram);
  EXPECT_EQ(bars(folder / "h.png").sum(0)[600].item<int64_t>(), 1);
}

TEST(HistogramPicture, DrawsNothingWhereNothingWasCounted) {
  const TemporaryFolder folder;
  write_histogram_png(folder / "h.png", {"", "", "", {0, 1, 2}, {0, 0}});
  EXPECT_FALSE(bars(folder / "h.png").any().item<bool>());
}

TEST(HistogramPicture, RefusesWhatIsNoHistogram) {
  const TemporaryFolder folder;
  for (const auto& wrong : {Histogram{"", "", "", {}, {}}, Histogram{"", "", "", {0, 1}, {1, 2}},
                            Histogram{"", "", "", {1, 1}, {1}}}) {
    EXPECT_THROW(write_histogram_png(folder / "h.png", wrong), Error);
  }
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

}  // namespace
}  // namespace dircn::histogram_picture_test
