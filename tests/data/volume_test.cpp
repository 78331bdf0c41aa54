#include "dircn/data/volume.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "dircn/core/error.h"
#include "dircn/data/volume_tree.h"
#include "dircn/mri/coils.h"
#include "dircn/mri/crop.h"
#include "dircn/mri/fft.h"
#include "formats/hdf5_maker.h"
#include "support/golden.h"
#include "support/paths.h"

namespace dircn::volume_test {
namespace {

namespace fs = std::filesystem;
using testing::Hdf5Maker;
using testing::TemporaryFolder;

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

torch::Tensor some_kspace() {
  return torch::randn({2, 3, 6, 5}, torch::kComplexFloat);
}
torch::Tensor some_mask() {
  return torch::tensor({1.0f, 0.0f, 1.0f, 0.0f, 1.0f});
}

void make_volume(const fs::path& path, const torch::Tensor& kspace, const torch::Tensor& mask,
                 const H5::DataType& mask_type = H5::PredType::IEEE_F32LE) {
  Hdf5Maker maker(path);
  maker.complex("kspace", kspace);
  maker.real("mask", mask, mask_type);
}

TEST(KspaceVolume, ReadsShapeMaskAndSlices) {
  const TemporaryFolder folder;
  const torch::Tensor kspace = some_kspace();
  make_volume(folder / "v.h5", kspace, some_mask());
  const KspaceVolume volume(folder / "v.h5");
  EXPECT_EQ(volume.slices(), 2);
  EXPECT_EQ(volume.coils(), 3);
  EXPECT_EQ(volume.height(), 6);
  EXPECT_EQ(volume.width(), 5);
  EXPECT_EQ(volume.path(), folder / "v.h5");
  EXPECT_TRUE(torch::equal(volume.mask(), some_mask() == 1));
  EXPECT_TRUE(volume.acquired().all().item<bool>());
  EXPECT_EQ(volume.acquired().sizes(), torch::IntArrayRef({5}));
  EXPECT_EQ(volume.read_slice(1).scalar_type(), torch::kComplexFloat);
  EXPECT_TRUE(torch::equal(volume.read_slice(1), kspace[1]));
  EXPECT_TRUE(torch::equal(volume.read_slice(0), kspace[0]));
  EXPECT_THROW(volume.read_slice(2), Error);
}

TEST(KspaceVolume, TakesMasksOfAnyNumberTypeAndTwoDimensions) {
  const TemporaryFolder folder;
  for (const H5::PredType& type :
       {H5::PredType::STD_I64LE, H5::PredType::STD_U8LE, H5::PredType::IEEE_F64LE}) {
    make_volume(folder / "v.h5", some_kspace(), some_mask(), type);
    EXPECT_TRUE(torch::equal(KspaceVolume(folder / "v.h5").mask(), some_mask() == 1));
  }
  const torch::Tensor grid = torch::eye(6).narrow(1, 0, 5);
  make_volume(folder / "v.h5", some_kspace(), grid);
  EXPECT_TRUE(torch::equal(KspaceVolume(folder / "v.h5").mask(), grid == 1));
}

TEST(KspaceVolume, ReadsTheScannersSlice) {
  const KspaceVolume volume(testing::test_data("brain_8ch_poisson2d.h5"));
  EXPECT_EQ(volume.coils(), 8);
  EXPECT_EQ(volume.mask().sizes(), torch::IntArrayRef({230, 180}));
  const torch::Tensor kspace = volume.read_slice(0);
  EXPECT_EQ(kspace.sizes(), torch::IntArrayRef({8, 230, 180}));
  EXPECT_TRUE(torch::equal(kspace * volume.mask(), kspace)) << "stored masked";
}

/// k-space, mask and image folder of the challenge's layout fit together: RSS of the masked
/// k-space, cropped, is the zero-filled image that comes with it. (brain2 is stored masked, brain1
/// is not.)
TEST(KspaceVolume, GivesTheInputImagesOfTheChallengesFiles) {
  const auto volumes = find_volumes(testing::golden("S5_h5"));
  ASSERT_EQ(volumes.size(), 2u);
  for (const VolumeEntry& entry : volumes) {
    const KspaceVolume volume(entry.kspace);
    const Hdf5File images(entry.image.value());
    ASSERT_EQ(images.dataset("image_input").shape, (std::vector<int64_t>{volume.slices(), 40, 40}));
    for (int64_t slice = 0; slice < volume.slices(); ++slice) {
      const torch::Tensor kspace = (volume.read_slice(slice) * volume.mask()).unsqueeze(0);
      const torch::Tensor image = center_crop_or_pad(root_sum_of_squares(ifft2c(kspace)), 40, 40);
      const torch::Tensor input = images.read_real_slice("image_input", slice);
      EXPECT_LT(testing::relative_max_error(image.squeeze(), input), 1e-5)
          << entry.relative << " " << slice;
    }
  }
}

/// What cannot be a sum of finite numbers is found also when the numbers are large; large ones
/// alone are no fault.
TEST(KspaceVolume, LargeNumbersAreFinite) {
  const TemporaryFolder folder;
  const torch::Tensor kspace = torch::full({1, 2, 6, 5}, 3e38, torch::kComplexFloat);
  make_volume(folder / "v.h5", kspace, some_mask());
  EXPECT_TRUE(torch::equal(KspaceVolume(folder / "v.h5").read_slice(0), kspace[0]));
}

TEST(KspaceVolume, ZeroCoilsAndSlicesAreNoFault) {
  const TemporaryFolder folder;
  make_volume(folder / "v.h5", torch::zeros({1, 2, 6, 5}, torch::kComplexFloat), some_mask());
  EXPECT_EQ(torch::abs(KspaceVolume(folder / "v.h5").read_slice(0)).max().item<float>(), 0.0f);
}

TEST(KspaceVolume, OpeningReadsNoSlice) {
  const TemporaryFolder folder;
  torch::Tensor kspace = some_kspace();
  kspace[1][0][0][0] = kNan;
  make_volume(folder / "v.h5", kspace, some_mask());
  const KspaceVolume volume(folder / "v.h5");
  EXPECT_TRUE(torch::equal(volume.read_slice(0), kspace[0]));
  EXPECT_THROW(volume.read_slice(1), Error);
}

struct BadVolume {
  std::string name;
  std::function<void(const fs::path&)> make;
  std::vector<std::string> message;
};

void PrintTo(const BadVolume& bad, std::ostream* stream) {
  *stream << bad.name;
}

/// A good volume but for this k-space, or this mask.
std::function<void(const fs::path&)> with(const torch::Tensor& kspace, const torch::Tensor& mask) {
  return [=](const fs::path& path) { make_volume(path, kspace, mask); };
}

torch::Tensor kspace_with(double value) {
  torch::Tensor kspace = some_kspace();
  torch::view_as_real(kspace)[1][2][3][4][1] = value;
  torch::view_as_real(kspace)[1][2][5][0][0] = value;
  return kspace;
}

std::vector<BadVolume> bad_volumes() {
  return {
      {"NotHdf5", [](const fs::path& path) { testing::write_file(path, "hello"); }, {"not HDF5"}},
      {"NoKspace",
       [](const fs::path& path) { Hdf5Maker(path).real("mask", some_mask()); },
       {"only: mask", "expected a data set 'kspace'"}},
      {"NoMask",
       [](const fs::path& path) { Hdf5Maker(path).complex("kspace", some_kspace()); },
       {"only: kspace", "expected a data set 'mask'"}},
      {"RealKspace",
       [](const fs::path& path) {
         Hdf5Maker(path).real("kspace", torch::ones({2, 3, 6, 5}));
       },
       {"'kspace'", "32-bit real numbers", "complex numbers"}},
      {"SingleCoil",
       with(some_kspace().select(1, 0), some_mask()),
       {"'kspace'", "shape [2, 6, 5]", "[slices, coils, height, width]"}},
      {"NoSlices",
       with(some_kspace().narrow(0, 0, 0), some_mask()),
       {"'kspace'", "shape [0, 3, 6, 5]"}},
      {"MaskTooNarrow",
       with(some_kspace(), torch::ones({4})),
       {"'mask'", "shape [4]", "[5] or [6, 5]", "5 columns"}},
      {"MaskTransposed",
       with(some_kspace(), torch::ones({5, 6})),
       {"'mask'", "shape [5, 6]", "[5] or [6, 5]"}},
      {"MaskOfWeights",
       with(some_kspace(), torch::tensor({0.5, 0.0, 1.0, 0.25, 0.5})),
       {"'mask'", "the values 0, 0.25, 0.5, 1;", "0, and one positive number"}},
      {"MaskOfOneWeight",
       with(some_kspace(), torch::full({5}, 0.5)),
       {"'mask'", "0.5;", "0, and one positive number"}},
      {"MaskOfNegatives",
       with(some_kspace(), torch::tensor({-1.0, 0.0, 0.0, -1.0, 0.0})),
       {"'mask'", "the values -1, 0;", "0, and one positive number"}},
      {"MaskWithNan",
       with(some_kspace(), some_mask() * kNan),
       {"'mask'", "the values nan", "0, and one positive number"}},
      {"MaskOfZeros",
       with(some_kspace(), some_mask() * 0),
       {"'mask'", "only zeros", "at least one"}},
      {"Nan",
       with(kspace_with(kNan), some_mask()),
       {"'kspace' slice 1", "2 values that are NaN or Inf", "coil 2, row 3, column 4"}},
      {"Inf",
       with(kspace_with(std::numeric_limits<double>::infinity()), some_mask()),
       {"'kspace' slice 1", "2 values that are NaN or Inf", "coil 2, row 3, column 4"}},
      {"AbsurdSize",
       [](const fs::path& path) {
         Hdf5Maker maker(path);
         maker.claim("kspace", {1 << 10, 64, 1 << 20, 5}, Hdf5Maker::complex_type());
         maker.real("mask", some_mask());
       },
       {"'kspace'", "only 0 bytes stored"}},
  };
}

class MalformedVolume : public ::testing::TestWithParam<BadVolume> {};

TEST_P(MalformedVolume, IsAnErrorThatNamesFileAndFault) {
  const TemporaryFolder folder;
  const fs::path path = folder / "bad.h5";
  GetParam().make(path);
  try {
    const KspaceVolume volume(path);
    for (int64_t slice = 0; slice < volume.slices(); ++slice) {
      volume.read_slice(slice);
    }
    ADD_FAILURE() << "no error";
  } catch (const Error& error) {
    const std::string text = error.what();
    EXPECT_EQ(text.find(path.string()), 0u) << text;
    for (const std::string& part : GetParam().message) {
      EXPECT_NE(text.find(part), std::string::npos) << "'" << part << "' is not in: " << text;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Volumes, MalformedVolume, ::testing::ValuesIn(bad_volumes()),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace dircn::volume_test
