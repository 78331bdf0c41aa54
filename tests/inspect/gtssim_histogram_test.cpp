#include "dircn/inspect/gtssim_histogram.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include <cmath>
#include <cstdint>
#include <filesystem>
#include <iterator>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "dircn/core/error.h"
#include "dircn/data/volume.h"
#include "dircn/mri/crop.h"
#include "dircn/mri/fft.h"
#include "support/page_data.h"
#include "support/paths.h"
#include "support/small_set.h"

namespace dircn::gtssim_histogram_test {
namespace {

using testing::TemporaryFolder;

int64_t files_in(const std::filesystem::path& folder) {
  return std::distance(std::filesystem::directory_iterator(folder), {});
}

/// Root sum of squares [H', W] of a slice's coil images, cropped along H to the square.
torch::Tensor combined(const torch::Tensor& kspace) {
  const auto coils = ifft2c(kspace.to(torch::kComplexDouble));
  return crop_to_square_fov(coils.abs().square().sum(0).sqrt());
}

/// 1 − the mean SSIM of all 7 × 7 windows, by its formula.
double literal_distance(const torch::Tensor& a, const torch::Tensor& b) {
  const double range = b.max().item<double>();
  const double c1 = std::pow(0.01 * range, 2);
  const double c2 = std::pow(0.03 * range, 2);
  const auto windows = [](const torch::Tensor& x) {
    return x.unfold(0, 7, 1).unfold(1, 7, 1).flatten(2);
  };
  const auto x = windows(a);
  const auto y = windows(b);
  const auto mx = x.mean(2);
  const auto my = y.mean(2);
  const auto vx = x.var(2, true);
  const auto vy = y.var(2, true);
  const auto cov = ((x - mx.unsqueeze(2)) * (y - my.unsqueeze(2))).sum(2) / 48;
  const auto ssim =
      (2 * mx * my + c1) * (2 * cov + c2) / ((mx.square() + my.square() + c1) * (vx + vy + c2));
  return 1 - ssim.mean().item<double>();
}

TEST(Difficulties, IsTheDistanceOfEachZeroFilledSlice) {
  const TemporaryFolder folder;
  testing::write_small_set(folder.path());
  DataConfig config;
  config.crop = 32;
  const auto slices = measure_difficulties(folder.path(), config);
  ASSERT_EQ(slices.size(), 4u);
  for (size_t i = 0; i < slices.size(); ++i) {
    EXPECT_EQ(slices[i].volume, i < 2 ? "brain1.h5" : "brain2.h5");
    EXPECT_EQ(slices[i].slice, static_cast<int64_t>(i % 2));
    const KspaceVolume volume(folder / "kspace" / slices[i].volume);
    const auto kspace = volume.read_slice(slices[i].slice);
    const auto crop = [](const torch::Tensor& image) { return center_crop_or_pad(image, 32, 32); };
    const double expected =
        literal_distance(crop(combined(kspace * volume.mask())), crop(combined(kspace)));
    EXPECT_GT(expected, 0.01);
    EXPECT_NEAR(slices[i].input_distance, expected, 1e-4);
  }
}

TEST(Difficulties, RefusesASetThatCannotBeUsed) {
  const TemporaryFolder folder;
  EXPECT_THROW(measure_difficulties(folder / "none", {}), Error);
}

// The quartiles are those of numpy.percentile.
TEST(Distribution, InterpolatesItsQuartiles) {
  const auto even = distribution({4, 1, 3, 2});
  EXPECT_EQ(even.count, 4);
  EXPECT_DOUBLE_EQ(even.mean, 2.5);
  EXPECT_DOUBLE_EQ(even.lower_quartile, 1.75);
  EXPECT_DOUBLE_EQ(even.median, 2.5);
  EXPECT_DOUBLE_EQ(even.upper_quartile, 3.25);
  const auto odd = distribution({10, 0, 5});
  EXPECT_DOUBLE_EQ(odd.lower_quartile, 2.5);
  EXPECT_DOUBLE_EQ(odd.median, 5);
  EXPECT_DOUBLE_EQ(odd.upper_quartile, 7.5);
  const auto one = distribution({7});
  EXPECT_DOUBLE_EQ(one.lower_quartile, 7);
  EXPECT_DOUBLE_EQ(one.upper_quartile, 7);
  EXPECT_THROW(distribution({}), Error);
  EXPECT_EQ(to_text(even),
            "4 slices: mean 2.5000, lower quartile 1.7500, median 2.5000, upper quartile 3.2500");
}

TEST(Difficulties, WritesTableAndPage) {
  const TemporaryFolder folder;
  const std::vector<SliceDifficulty> slices = {{"a.h5", 0, 0.125}, {"b,\"c\".h5", 1, 0.25}};
  DifficultyFiles files(folder / "sub/hard");
  const auto result = files.write(slices);
  EXPECT_DOUBLE_EQ(result.mean, 0.1875);
  EXPECT_EQ(testing::read_file(folder / "sub/hard.csv"),
            "volume,slice,gtSSIM\na.h5,0,0.125\n\"b,\"\"c\"\".h5\",1,0.25\n");
  const auto page = testing::read_file(folder / "sub/hard.html");
  EXPECT_NE(page.find(to_text(result)), std::string::npos);
  EXPECT_EQ(files_in(folder / "sub"), 2);  // nothing temporary
}

/// {edges, counts} of the page's histogram.
nlohmann::json histogram_of(const std::vector<double>& values) {
  const TemporaryFolder folder;
  std::vector<SliceDifficulty> slices;
  for (const double value : values) {
    slices.push_back({"a.h5", 0, value});
  }
  DifficultyFiles(folder / "hard").write(slices);
  return nlohmann::json::parse(testing::page_data(testing::read_file(folder / "hard.html")));
}

TEST(Difficulties, CountsInBinsFromZeroToARoundNumber) {
  for (const auto& [largest, last] :
       {std::pair{0.02, 0.1}, {0.1, 0.1}, {0.100001, 0.2}, {0.75, 0.8}, {1.5, 1.5}}) {
    const auto edges = histogram_of({largest}).at("edges").get<std::vector<double>>();
    ASSERT_EQ(edges.size(), 51u);
    for (size_t i = 0; i < edges.size(); ++i) {
      EXPECT_NEAR(edges[i], last * static_cast<double>(i) / 50, 1e-12);
    }
  }
}

TEST(Difficulties, CountsAValueOnAnEdgeAboveItAndNaNNowhere) {
  const auto edges = histogram_of({1}).at("edges").get<std::vector<double>>();
  const auto histogram = histogram_of(
      {-1e-17, 0, edges[1], edges[7], edges[7], std::nextafter(edges[7], 0), 0.5, 1, std::nan("")});
  EXPECT_EQ(histogram.at("edges"), edges);
  std::vector<int64_t> expected(50);
  expected[0] = 2;
  expected[1] = 1;
  expected[6] = 1;
  expected[7] = 2;
  expected[25] = 1;
  expected[49] = 1;  // the last edge belongs to the last bin
  EXPECT_EQ(histogram.at("counts"), expected);
}

TEST(Difficulties, CountsOneAmongManyAndNothingInEmptyBins) {
  std::vector<double> values(100000, 0.001);
  values.push_back(0.099);
  std::vector<int64_t> expected(50);
  expected[0] = 100000;
  expected[49] = 1;
  EXPECT_EQ(histogram_of(values).at("counts"), expected);
  EXPECT_EQ(histogram_of({std::nan("")}).at("counts"), std::vector<int64_t>(50));
}

TEST(Difficulties, KnowsAtOnceWhereItCannotWrite) {
  const TemporaryFolder folder;
  testing::write_file(folder / "file", "");
  EXPECT_THROW(DifficultyFiles(folder / "file/hard"), Error);
}

TEST(Difficulties, LeavesNothingWhereNothingWasMeasured) {
  const TemporaryFolder folder;
  { const DifficultyFiles files(folder / "hard"); }
  EXPECT_EQ(files_in(folder.path()), 0);
}

}  // namespace
}  // namespace dircn::gtssim_histogram_test
