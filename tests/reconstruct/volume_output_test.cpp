// A reconstructed volume in every format.

#include "dircn/reconstruct/volume_output.h"

#include <gtest/gtest.h>
#include <torch/types.h>
#include <torch/utils.h>

#include <filesystem>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "dircn/core/error.h"
#include "dircn/formats/hdf5.h"
#include "dircn/formats/nifti.h"
#include "dircn/formats/png.h"
#include "dircn/pictures/coil_mosaic.h"
#include "support/challenge_files.h"
#include "support/paths.h"

namespace dircn::volume_output_test {
namespace {

namespace fs = std::filesystem;

constexpr int64_t kSlices = 3;
constexpr int64_t kCoils = 2;
constexpr ImageSize kSize{6, 5};

const OutputFormat& kHdf5 = output_formats().at("h5");
const OutputFormat& kNifti = output_formats().at("nifti");
const OutputFormat& kPng = output_formats().at("png");

class VolumeOutputTest : public ::testing::Test {
 protected:
  VolumeOutputTest() {
    torch::manual_seed(1);
    testing::write_kspace(folder_ / "in.h5", testing::full_kspace(kSlices, kCoils, 24, 20, 1),
                          testing::some_columns(20));
    images_ = torch::rand({kSlices, kSize.height, kSize.width}) + 1;
    zero_filled_ = torch::rand({kSlices, kSize.height, kSize.width});
    maps_ = torch::randn({kSlices, kCoils, kSize.height, kSize.width}, torch::kComplexFloat);
  }

  SliceOutputs slice(int64_t index) const {
    return {{kReconstruction, images_[index]},
            {kZeroFilled, zero_filled_[index]},
            {kSensitivityMaps, maps_[index]}};
  }

  fs::path base() const { return folder_ / "out/acc4/a.h5"; }

  std::unique_ptr<VolumeOutput> open(const OutputFormat& format) const {
    const KspaceVolume kspace(folder_ / "in.h5");
    return format.open(format.path(base()), kspace, kspace.grid(kSize), {{"made_by", "a test"}});
  }

  /// Slices in another order than theirs.
  void write(const OutputFormat& format) const {
    const auto output = open(format);
    for (const int64_t index : {2, 0, 1}) {
      output->write_slice(index, slice(index));
    }
    output->finish();
  }

  std::set<std::string> names_in(const fs::path& folder) const {
    std::set<std::string> names;
    for (const auto& entry : fs::directory_iterator(folder)) {
      names.insert(entry.path().filename().string());
    }
    return names;
  }

  testing::TemporaryFolder folder_;
  torch::Tensor images_;
  torch::Tensor zero_filled_;
  torch::Tensor maps_;
};

TEST_F(VolumeOutputTest, Hdf5HoldsADataSetOfEach) {
  write(kHdf5);
  const Hdf5File file(base());
  EXPECT_TRUE(torch::equal(file.read_real("reconstruction"), images_));
  EXPECT_TRUE(torch::equal(file.read_real("zero_filled"), zero_filled_));
  for (int64_t i = 0; i < kSlices; ++i) {
    EXPECT_TRUE(torch::equal(file.read_complex_slice("sensitivity_maps", i), maps_[i]));
  }
  EXPECT_EQ(file.read_text_attribute("made_by"), "a test");
}

TEST_F(VolumeOutputTest, Hdf5KeepsWhatTheScanSaysOfItself) {
  const std::string header = testing::scan_header({20, 20, 20, 20, 10});
  const std::vector<float> several{0.5F, 1.0F, -2.0F};
  {
    testing::Hdf5Maker maker(folder_ / "in.h5");
    maker.complex("kspace", testing::full_kspace(kSlices, kCoils, 24, 20, 1));
    maker.real("mask", testing::some_columns(20));
    maker.attribute("max", 1.5);
    maker.attribute("patient_id", "somebody");
    maker.attribute("made_by", "somebody else");
    maker.file()
        .createAttribute("several", H5::PredType::IEEE_F32LE, testing::Hdf5Maker::space({3}))
        .write(H5::PredType::NATIVE_FLOAT, several.data());
    maker.file().createAttribute("reference", H5::PredType::STD_REF_OBJ, H5::DataSpace());
    testing::write_text(maker.file(), "ismrmrd_header", header);
  }
  write(kHdf5);
  const Hdf5File file(base());
  EXPECT_EQ(file.read_number_attribute("max"), 1.5);
  EXPECT_EQ(file.read_text_attribute("patient_id"), "somebody");
  EXPECT_EQ(file.read_text_attribute("made_by"), "a test");
  EXPECT_EQ(file.attribute_names(),
            (std::vector<std::string>{"made_by", "max", "patient_id", "several"}));
  const H5::Attribute copy = H5::H5File(base().string(), H5F_ACC_RDONLY).openAttribute("several");
  std::vector<float> found(3);
  copy.read(H5::PredType::NATIVE_FLOAT, found.data());
  EXPECT_EQ(found, several);
  EXPECT_EQ(file.read_text("ismrmrd_header"), header);
  EXPECT_EQ(file.dataset_names(), (std::vector<std::string>{"ismrmrd_header", "reconstruction",
                                                            "sensitivity_maps", "zero_filled"}));
}

TEST_F(VolumeOutputTest, Hdf5TakesNoOtherSizeAndNoGaps) {
  EXPECT_THROW(open(kHdf5)->write_slice(0, {{kReconstruction, torch::zeros({5, 6})}}), Error);
  const auto output = open(kHdf5);
  output->write_slice(0, slice(0));
  EXPECT_THROW(output->finish(), Error);
}

TEST_F(VolumeOutputTest, NiftiIsAFileOfEach) {
  write(kNifti);
  EXPECT_EQ(
      names_in(folder_ / "out/acc4"),
      (std::set<std::string>{"a.nii.gz", "a_zero_filled.nii.gz", "a_sensitivity_maps.nii.gz"}));
  EXPECT_TRUE(torch::equal(read_nifti(folder_ / "out/acc4/a.nii.gz").values, images_));
  EXPECT_TRUE(
      torch::equal(read_nifti(folder_ / "out/acc4/a_zero_filled.nii.gz").values, zero_filled_));
}

TEST_F(VolumeOutputTest, PngIsAFolderOfSlices) {
  write(kPng);
  EXPECT_EQ(names_in(folder_ / "out/acc4"), std::set<std::string>{"a"});
  const auto names = names_in(folder_ / "out/acc4/a");
  EXPECT_EQ(names.size(), 9U);
  for (const char* name :
       {"000.png", "002.png", "zero_filled_001.png", "sensitivity_maps_002.png"}) {
    EXPECT_EQ(names.count(name), 1U) << name;
  }
  EXPECT_EQ(testing::read_file(folder_ / "out/acc4/a/sensitivity_maps_002.png"),
            encode_png(coil_mosaic(maps_[2], 192), "mosaic"));
}

// Names are as long as the last slice's number, so that they sort, and at least of three digits.
TEST_F(VolumeOutputTest, PngNumbersAsManySlicesAsThereAre) {
  constexpr int64_t kMany = 1001;
  testing::write_kspace(folder_ / "in.h5", torch::zeros({kMany, 1, 4, 4}, torch::kComplexFloat),
                        testing::some_columns(4));
  const auto output = open(kPng);
  for (int64_t i = 0; i < kMany; ++i) {
    output->write_slice(i, {{kReconstruction, images_[0]}, {kZeroFilled, zero_filled_[0]}});
  }
  output->finish();
  const auto names = names_in(folder_ / "out/acc4/a");
  EXPECT_EQ(names.size(), 2U * kMany);
  for (const char* name : {"0000.png", "1000.png", "zero_filled_0999.png"}) {
    EXPECT_EQ(names.count(name), 1U) << name;
  }
  EXPECT_TRUE(is_written(kPng, base(), {Extra::zero_filled}));
  EXPECT_FALSE(is_written(kPng, base(), {Extra::sensitivity_maps}));
  EXPECT_NO_THROW(open(kPng)) << "which replaces them";
}

// One window for the volume: a slice of half the brightness is half as bright.
TEST_F(VolumeOutputTest, PngHasOneWindowForTheVolume) {
  images_ =
      torch::linspace(0, 1, 30).view({1, 6, 5}) * torch::tensor({1.0, 0.5, 1.0}).view({3, 1, 1});
  write(kPng);
  const auto file = [&](const char* name) {
    return testing::read_file(folder_ / "out/acc4/a" / name);
  };
  EXPECT_EQ(file("000.png"), file("002.png"));
  EXPECT_NE(file("000.png"), file("001.png"));
}

TEST_F(VolumeOutputTest, LeaveNothingWithoutTheirEnd) {
  for (const auto& [name, format] : output_formats()) {
    open(format)->write_slice(0, slice(0));
    EXPECT_TRUE(names_in(folder_ / "out/acc4").empty()) << name;
  }
}

TEST_F(VolumeOutputTest, ReplaceWhatIsThere) {
  for (const auto& [name, format] : output_formats()) {
    write(format);
    images_ = images_ * 2;
    images_[0][0][0] = 0;
    write(format);
  }
  EXPECT_EQ(names_in(folder_ / "out/acc4").size(), 5U);  // and no hidden folder
  EXPECT_EQ(names_in(folder_ / "out/acc4/a").size(), 9U);
}

// A folder of that name may hold anything, volumes of another folder for one.
TEST_F(VolumeOutputTest, PngReplacesNothingButPictures) {
  testing::write_file(folder_ / "out/acc4/a/b.h5", "another volume");
  EXPECT_THROW(open(kPng), Error);
  EXPECT_FALSE(is_written(kPng, base(), {}));
  fs::remove_all(folder_ / "out/acc4/a");
  const auto output = open(kPng);
  for (int64_t i = 0; i < kSlices; ++i) {
    output->write_slice(i, slice(i));
  }
  testing::write_file(folder_ / "out/acc4/a/b.h5", "another volume");
  EXPECT_THROW(output->finish(), Error);
  EXPECT_EQ(testing::read_file(folder_ / "out/acc4/a/b.h5"), "another volume");
}

TEST_F(VolumeOutputTest, AreWrittenWithWhatIsWanted) {
  for (const auto& [name, format] : output_formats()) {
    EXPECT_FALSE(is_written(format, base(), {}));
    write(format);
    EXPECT_TRUE(is_written(format, base(), {})) << name;
    EXPECT_TRUE(is_written(format, base(), {Extra::zero_filled, Extra::sensitivity_maps}));
    EXPECT_FALSE(is_written(format, base(), {Extra::zero_filled, Extra::residual}));
  }
}

TEST_F(VolumeOutputTest, AreRefusedBeforeTheWorkWhereTheFolderCannotBe) {
  testing::write_file(folder_ / "out", "a file in the way");
  for (const auto& [name, format] : output_formats()) {
    EXPECT_THROW(open(format), Error) << name;
  }
}

TEST(OutputPath, IsNamedAfterTheHdf5File) {
  EXPECT_EQ(kHdf5.path("out/acc4/a.b.h5"), "out/acc4/a.b.h5");
  EXPECT_EQ(kNifti.path("out/acc4/a.b.h5"), "out/acc4/a.b.nii.gz");
  EXPECT_EQ(kPng.path("out/acc4/a.b.h5"), "out/acc4/a.b");
}

}  // namespace
}  // namespace dircn::volume_output_test
