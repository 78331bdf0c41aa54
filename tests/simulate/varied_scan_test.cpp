// Scans that are each unlike the others, and the training set that they make.

#include <gtest/gtest.h>
#include <torch/types.h>

#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include "dircn/core/error.h"
#include "dircn/data/loader.h"
#include "dircn/data/prepared_slice.h"
#include "dircn/data/sample.h"
#include "dircn/formats/hdf5_writer.h"
#include "dircn/mri/fft.h"
#include "dircn/simulate/simulated_slices.h"
#include "simulate/small_head.h"
#include "simulate/varied_scan.h"
#include "support/paths.h"

namespace dircn::simulation::varied_scan_test {
namespace {

using testing::TemporaryFolder;

class Varied : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = std::make_unique<TemporaryFolder>();
    head_ = testing::write_small_head(folder_->path()).string();
  }
  static void TearDownTestSuite() { folder_.reset(); }

  static SimulationConfig config() {
    SimulationConfig config;
    config.anatomy = {head_, "textures"};
    config.slices = 6;
    config.matrix = {48, 80};
    config.coils = {2, 5};
    return config;
  }

  static std::unique_ptr<TemporaryFolder> folder_;
  static std::string head_;
};

std::unique_ptr<TemporaryFolder> Varied::folder_;
std::string Varied::head_;

TEST_F(Varied, ScansAreAsTheirPlanSays) {
  const ScanSources sources(config());
  for (int64_t i = 0; i < 40; ++i) {
    VariedScan scan(sources, RandomStream{1, i}, 1);
    const MeasuredPart& part = scan.plan().part;
    torch::Tensor kspace = scan.kspace(0);
    ASSERT_EQ(kspace.sizes(), (torch::IntArrayRef{scan.coils(), part.rows, part.columns}));
    EXPECT_TRUE(scan.coils() >= 2 && scan.coils() <= 5);
    EXPECT_TRUE(scan.snr() >= 5 && scan.snr() <= 50);
    EXPECT_TRUE(torch::isfinite(torch::view_as_real(kspace)).all().item<bool>());
    const double peak = combined_image(kspace).max().item<double>();
    EXPECT_TRUE(peak > 2e-4 && peak < 4e-3) << peak;
    kspace.slice(1, part.first_row, part.end_row)
        .slice(2, part.first_column, part.end_column)
        .zero_();
    EXPECT_EQ(kspace.abs().max().item<float>(), 0) << "measured beyond its part";
  }
}

// Two scans of the same slice differ by their noise alone, which is √2 times that of one.
TEST_F(Varied, NoiseIsWhatTheSnrSays) {
  SimulationConfig quiet = config();
  quiet.anatomy = {head_};
  quiet.snr = {20, 20};
  const ScanSources sources(quiet);
  int alike = 0;
  constexpr int64_t kScans = 20;
  for (int64_t i = 0; i < kScans; ++i) {
    VariedScan scan(sources, RandomStream{2, i}, 1);
    const torch::Tensor first = scan.kspace(0);
    const torch::Tensor noise = torch::view_as_real(first - scan.kspace(0)) / std::sqrt(2.0);
    const MeasuredPart& part = scan.plan().part;
    const double measured = static_cast<double>((part.end_row - part.first_row) *
                                                (part.end_column - part.first_column)) /
                            static_cast<double>(part.rows * part.columns);
    const double deviation = std::sqrt(noise.square().mean().item<double>() / measured);
    const torch::Tensor image = combined_image(first);
    const double signal = image.masked_select(image > 0.2 * image.max()).mean().item<double>();
    alike += std::abs(signal / deviation / 20 - 1) < 0.25 ? 1 : 0;  // one coil may be louder
  }
  EXPECT_GE(alike, kScans * 3 / 4);
}

TEST_F(Varied, EqualKeysGiveEqualBits) {
  const SimulatedSlices slices(config(), 5);
  const SimulatedSlices again(config(), 5);
  const SimulatedSlices other(config(), 6);
  EXPECT_EQ(slices.size(), 6);
  const RawSlice raw = slices.read(3, 2);
  EXPECT_TRUE(torch::equal(raw.kspace, again.read(3, 2).kspace));
  EXPECT_TRUE(torch::equal(raw.mask, again.read(3, 2).mask));
  const auto differs = [&](const RawSlice& slice) {
    return slice.kspace.sizes() != raw.kspace.sizes() || !torch::equal(slice.kspace, raw.kspace);
  };
  EXPECT_TRUE(differs(slices.read(2, 2)));
  EXPECT_TRUE(differs(slices.read(3, 1)));
  EXPECT_TRUE(differs(other.read(3, 2)));
}

TEST_F(Varied, SlicesBecomeSamples) {
  const SimulatedSlices slices(config(), 7);
  DataConfig data;
  int64_t count = 0;
  Loader loader(slices, shuffled_order(slices.size(), 7, 1),
                training_loader_options(data, torch::kCPU, 7, 1, 2));
  while (const auto sample = loader.next()) {
    const RawSlice raw = slices.read(sample->index, 1);
    EXPECT_TRUE(torch::equal(sample->kspace, raw.kspace * raw.mask)) << "of this epoch";
    EXPECT_TRUE(torch::equal(sample->target, combined_image(raw.kspace)));
    EXPECT_EQ(sample->maximum, sample->target.max().item<double>());
    ++count;
  }
  EXPECT_EQ(count, 6);
}

TEST_F(Varied, TakesMeasuredMaps) {
  const TemporaryFolder folder;
  const auto path = folder.path() / "maps.h5";
  const auto write = [&](const std::vector<int64_t>& shape, double last = 1) {
    Hdf5Writer file(path);
    file.create_complex("maps", shape);
    const std::vector<int64_t> of_coil(shape.begin() + 1, shape.end());
    for (int64_t i = 0; i < shape[0]; ++i) {
      file.write_slice("maps", i,
                       torch::full(of_coil, i + 1 < shape[0] ? 1 : last, torch::kComplexFloat));
    }
    file.finish();
  };
  write({3, 16, 16});
  SimulationConfig with_maps = config();
  with_maps.anatomy = {head_};
  with_maps.coil_maps = path.string();
  with_maps.coils = {2, 2};
  with_maps.snr = {1e6, 1e6};
  const ScanSources sources(with_maps);
  int alike = 0;
  for (int64_t i = 0; i < 20; ++i) {  // of equal maps, equal images
    VariedScan scan(sources, RandomStream{3, i}, 1);
    const torch::Tensor images = ifft2c(scan.kspace(0)).abs();
    alike += torch::allclose(images[0], images[1], 1e-2, 1e-6) ? 1 : 0;
  }
  EXPECT_TRUE(alike >= 4 && alike <= 16) << alike << " of 20; half of the scans should";
  write({3, 16, 16, 2});
  EXPECT_THROW(ScanSources{with_maps}, Error);
  for (const double last : {0.0, std::nan("")}) {
    write({3, 16, 16}, last);
    EXPECT_THROW(ScanSources{with_maps}, Error) << last;
  }
}

}  // namespace
}  // namespace dircn::simulation::varied_scan_test
