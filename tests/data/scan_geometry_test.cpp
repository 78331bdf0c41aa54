// What a scan's header says of its k-space: where images lie, and what of it cannot be true.

#include "dircn/mri/image_grid.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include <array>
#include <cmath>
#include <filesystem>
#include <optional>
#include <random>
#include <string>

#include "dircn/core/error.h"
#include "dircn/data/prepared_slice.h"
#include "dircn/data/volume.h"
#include "dircn/mri/fft.h"
#include "support/challenge_files.h"
#include "support/golden.h"
#include "support/paths.h"
#include "support/spot.h"

namespace dircn::scan_geometry_test {
namespace {

namespace fs = std::filesystem;
using testing::Hdf5Maker;
using testing::middle_of;
using testing::ScanText;
using testing::spot;
using testing::TemporaryFolder;
using Millimetres = std::array<double, 3>;

/// k-space with a header, and with all that a place in the patient takes.
class Scan {
 public:
  KspaceVolume volume(const torch::Tensor& kspace, const std::string& header) const {
    {
      Hdf5Maker maker(folder_ / "a.h5");
      maker.complex("kspace", kspace);
      maker.real("mask", torch::ones({kspace.size(-1)}));
      testing::write_text(maker.file(), "ismrmrd_header", header);
      maker.real("read_dir", torch::tensor({1.0, 0.0, 0.0}));
      maker.real("phase_dir", torch::tensor({0.0, 1.0, 0.0}));
      maker.real("slice_dir", torch::tensor({0.0, 0.0, 1.0}));
      maker.real("position", torch::tensor({10.0, 20.0, 30.0}));
    }
    return KspaceVolume(folder_ / "a.h5");
  }

 private:
  TemporaryFolder folder_;
};

/// Of any field of view and matrix, encoded and shown: a spot stays where it is in the patient, and
/// the image is as large as the header says.
TEST(ScanGeometry, KeepsASpotInItsPlaceInThePatient) {
  std::mt19937 random(11);
  const auto draw = [&](double low, double high) {
    return std::uniform_real_distribution<double>(low, high)(random);
  };
  for (int trial = 0; trial < 40; ++trial) {
    const auto height = static_cast<int64_t>(draw(70, 150));
    const auto width = static_cast<int64_t>(draw(40, 100));
    const Millimetres encoded = {draw(200, 480), draw(120, 260), 5};
    const Millimetres shown = {draw(0.5, 1) * encoded[0], draw(0.6, 1) * encoded[1], 5};
    const auto size = [&](double extent, double of, int64_t samples) {
      return static_cast<int64_t>(
          std::lround(extent / of * static_cast<double>(samples) * draw(0.8, 1.7)));
    };
    ScanText text{size(shown[0], encoded[0], height),
                  size(shown[1], encoded[1], width),
                  width,
                  width,
                  width / 2,
                  shown};
    text.rows = height;
    text.encoded_field_of_view = encoded;
    const double down = draw(-0.15, 0.15) * shown[0];
    const double right = draw(-0.15, 0.15) * shown[1];
    const auto object = torch::outer(spot(height, down / encoded[0] * static_cast<double>(height)),
                                     spot(width, right / encoded[1] * static_cast<double>(width)));
    const auto kspace = fft2c(object.to(torch::kComplexDouble).unsqueeze(0).unsqueeze(0));
    const Scan scan;
    const auto volume = scan.volume(kspace.to(torch::kComplexFloat), testing::scan_header(text));
    const ImageGrid grid = volume.grid();
    EXPECT_TRUE(volume.contradictions().empty());
    const auto prepared = prepare_slice({volume.read_slice(0), volume.mask(), grid});
    const auto image = combined_image(prepared.kspace, grid);
    EXPECT_EQ(image.sizes(), torch::IntArrayRef({text.height, text.width}));
    const auto voxels = volume.voxels(grid).value();
    EXPECT_NEAR(voxels.spacing[1] * static_cast<double>(text.height), shown[0], 1e-3);
    EXPECT_NEAR(voxels.spacing[2] * static_cast<double>(text.width), shown[1], 1e-3);
    const auto corner = first_voxel(voxels, text.height, text.width);
    // 0.5 % of the field of view is what a header may round.
    EXPECT_NEAR(corner[0] + middle_of(image.sum(1)) * voxels.spacing[1], 10 + down,
                0.05 + 0.005 * std::abs(down));
    EXPECT_NEAR(corner[1] + middle_of(image.sum(0)) * voxels.spacing[2], 20 + right,
                0.05 + 0.005 * std::abs(right));
  }
}

std::string header(int64_t rows, int64_t columns, int64_t height, int64_t width,
                   const std::optional<Millimetres>& encoded = std::nullopt,
                   const std::optional<Millimetres>& shown = std::nullopt) {
  ScanText text{height, width, columns, columns, columns / 2, shown};
  text.rows = rows;
  text.encoded_field_of_view = encoded;
  return testing::scan_header(text);
}

torch::Tensor some_kspace(int64_t height, int64_t width, int64_t coils = 2) {
  return testing::full_kspace(1, coils, height, width, 1);
}

/// 128 x 44 samples of which the image shows 64 x 44: the square of 44 rows would cut the head.
TEST(ScanGeometry, CropsTheReadoutToWhatTheImageShows) {
  const Scan scan;
  const auto volume = scan.volume(some_kspace(128, 44),
                                  header(128, 44, 64, 44, {{440, 151.25, 5}}, {{220, 151.25, 5}}));
  EXPECT_EQ(volume.grid().rows.kept, 64);
  EXPECT_EQ(volume.grid().rows.first, 32);
  EXPECT_EQ(volume.grid(ImageSize{80, 44}).rows.kept, 80) << "--crop asks for more";
  EXPECT_EQ(volume.grid(ImageSize{20, 20}).rows.kept, 64) << "--crop asks for less";
}

TEST(ScanGeometry, TakesAReadoutThatLostItsOversampling) {
  const Scan scan;
  const auto volume = scan.volume(some_kspace(64, 44),
                                  header(128, 44, 64, 44, {{440, 151.25, 5}}, {{220, 151.25, 5}}));
  EXPECT_EQ(volume.grid().rows.pitch, 1);
  EXPECT_TRUE(volume.contradictions().empty());
}

TEST(ScanGeometry, TakesNearlyEqualPixelsForEqual) {
  const Scan scan;
  const auto volume =
      scan.volume(some_kspace(128, 46), header(128, 46, 64, 44, {{440, 159, 5}}, {{220, 152, 5}}));
  EXPECT_EQ(volume.grid().columns.pitch, 1);
  EXPECT_EQ(volume.grid().columns.kept, 46);
}

/// A target that is cut out of the transform, as fastMRI's are, in a file whose header rounds.
TEST(ScanGeometry, CutsAsItsTargetIsCut) {
  const TemporaryFolder folder;
  const auto kspace = some_kspace(64, 40);
  const auto write = [&](bool with_target) {
    Hdf5Maker maker(folder / "a.h5");
    maker.complex("kspace", kspace);
    maker.real("mask", torch::ones({40}));
    testing::write_text(maker.file(), "ismrmrd_header",
                        header(64, 40, 32, 32, {{400, 250, 5}}, {{204, 200, 5}}));
    if (with_target) {
      maker.real("reconstruction_rss", torch::rand({1, 32, 32}));
    }
  };
  write(true);
  EXPECT_EQ(KspaceVolume(folder / "a.h5").grid().rows.pitch, 1);
  write(false);
  EXPECT_NEAR(KspaceVolume(folder / "a.h5").grid().rows.pitch, 1.02, 1e-9);
}

/// The challenge's layout is known by its folders, whatever else a file holds.
TEST(ScanGeometry, IsObeyedBesideALabel) {
  const TemporaryFolder folder;
  testing::write_images(folder / "image/a.h5", torch::rand({1, 30, 20}), 1);
  fs::create_directories(folder / "kspace");
  {
    Hdf5Maker maker(folder / "kspace/a.h5");
    maker.complex("kspace", some_kspace(64, 40));
    maker.real("mask", torch::ones({40}));
    testing::write_text(maker.file(), "ismrmrd_header",
                        header(64, 40, 32, 40, {{440, 220, 5}}, {{220, 220, 5}}));
  }
  const KspaceVolume volume(folder / "kspace/a.h5");
  EXPECT_EQ(volume.layout().name, Layout::snu);
  EXPECT_EQ(volume.grid().size().height, 30);
  EXPECT_EQ(volume.grid().size().width, 20);
  EXPECT_EQ(volume.contradictions().size(), 1U);
  EXPECT_DOUBLE_EQ(volume.voxels(volume.grid())->spacing[1], 440.0 / 64);
}

TEST(ScanGeometry, TakesAHeaderWithoutLimits) {
  const Scan scan;
  std::string text = header(64, 40, 32, 40);
  const auto begin = text.find("<encodingLimits>");
  text.erase(begin, text.find("</encodingLimits>") - begin + 17);
  EXPECT_TRUE(scan.volume(some_kspace(64, 40), text).acquired().all().item<bool>());
}

void expect_refused(const torch::Tensor& kspace, const std::string& text, const std::string& part) {
  const Scan scan;
  try {
    scan.volume(kspace, text).read_slice(0);
    ADD_FAILURE() << "no error: " << part;
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find(part), std::string::npos) << error.what();
    EXPECT_NE(std::string(error.what()).find("a.h5"), std::string::npos) << error.what();
  }
}

TEST(ScanGeometry, RefusesAxesInAnotherOrderByName) {
  expect_refused(some_kspace(40, 64), header(64, 40, 32, 40), "has its lines first");
  expect_refused(some_kspace(40, 64), header(64, 40, 32, 40), "k.swapaxes(2, 3)");
  expect_refused(some_kspace(40, 2, 64), header(64, 40, 32, 40), "has its coils last");
  expect_refused(some_kspace(40, 2, 64), header(64, 40, 32, 40), "k.transpose(0, 3, 1, 2)");
  expect_refused(some_kspace(40, 32), header(64, 40, 32, 40), "has its lines first");
  expect_refused(testing::full_kspace(64, 40, 2, 3, 1), header(64, 40, 32, 40),
                 "has its rows and columns first");
}

TEST(ScanGeometry, RefusesToLoseMeasuredColumns) {
  // 30 lines around the 15th of 40: by them 5 columns at either end are padding.
  const std::string text = testing::scan_header(ScanText{32, 40, 40, 30, 15, {}, 64});
  expect_refused(some_kspace(64, 40), text, "values in columns that the header says");
  const Scan scan;
  const auto column = torch::arange(40);
  const auto kspace = some_kspace(64, 40) * ((column >= 5) & (column < 35));
  EXPECT_TRUE(torch::equal(scan.volume(kspace, text).read_slice(0), kspace[0]));
}

TEST(ScanGeometry, RefusesLinesAloneWhoseCentreIsElsewhere) {
  expect_refused(some_kspace(64, 30), testing::scan_header(ScanText{32, 40, 40, 30, 8, {}, 64}),
                 "the centre of k-space at 8");
  const Scan scan;
  const auto volume =
      scan.volume(some_kspace(64, 30), testing::scan_header(ScanText{32, 40, 40, 30, 15, {}, 64}));
  EXPECT_TRUE(volume.acquired().all().item<bool>());
}

TEST(ScanGeometry, TellsOfWhatContradictsItself) {
  const Scan scan;
  std::string text = header(70, 44, 32, 40);
  text.insert(text.find("</encodingLimits>"),
              "<slice><minimum>0</minimum><maximum>3</maximum><center>0</center></slice>");
  text.insert(text.find("<encoding>"),
              "<acquisitionSystemInformation><receiverChannels>16</receiverChannels>"
              "</acquisitionSystemInformation>");
  std::string all;
  const auto volume = scan.volume(some_kspace(64, 40), text);
  for (const auto& one : volume.contradictions()) {
    all += one + "; ";
  }
  for (const char* part : {"70 rows, k-space has 64", "44 columns, k-space has 40",
                           "16 coils, k-space has 2", "4 slices, k-space has 1"}) {
    EXPECT_NE(all.find(part), std::string::npos) << part << " in " << all;
  }
}

}  // namespace
}  // namespace dircn::scan_geometry_test
