#include "dircn/formats/nifti.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "dircn/core/error.h"
#include "formats/nifti_maker.h"
#include "support/paths.h"

namespace dircn::nifti_test {
namespace {

namespace fs = std::filesystem;
using testing::NiftiMaker;
using testing::TemporaryFolder;

constexpr int64_t kCount = 2 * 3 * 4;

/// 0, 1, 2, ... as a volume of 4 x 3 x 2 values (x fastest).
template <typename Number>
std::string counted(NiftiMaker maker, int16_t type) {
  maker.shape = {4, 3, 2};
  maker.type = type;
  maker.bits = 8 * sizeof(Number);
  std::vector<Number> values(kCount);
  for (size_t i = 0; i < values.size(); ++i) {
    values[i] = static_cast<Number>(i);
  }
  return maker.file(values);
}

torch::Tensor expected() {
  return torch::arange(kCount, torch::kFloat).view({2, 3, 4});
}

TEST(Nifti, ReadsEveryNumberType) {
  const TemporaryFolder folder;
  const std::vector<std::string> files = {counted<uint8_t>({}, 2),    counted<int16_t>({}, 4),
                                          counted<int32_t>({}, 8),    counted<float>({}, 16),
                                          counted<double>({}, 64),    counted<int8_t>({}, 256),
                                          counted<uint16_t>({}, 512), counted<uint32_t>({}, 768),
                                          counted<int64_t>({}, 1024), counted<uint64_t>({}, 1280)};
  for (size_t i = 0; i < files.size(); ++i) {
    testing::write_file(folder / "a.nii", files[i]);
    const NiftiImage image = read_nifti(folder / "a.nii");
    EXPECT_TRUE(torch::equal(image.values, expected())) << i;
    EXPECT_EQ(image.values.scalar_type(), torch::kFloat);
  }
}

TEST(Nifti, ReadsTheOtherByteOrder) {
  const TemporaryFolder folder;
  std::string bytes = counted<int16_t>({}, 4);
  const auto turn = [&](size_t offset, size_t size) {
    std::reverse(bytes.begin() + static_cast<int64_t>(offset),
                 bytes.begin() + static_cast<int64_t>(offset + size));
  };
  turn(0, 4);
  for (size_t offset = 40; offset < 74; offset += 2) {
    turn(offset, 2);
  }
  for (size_t offset = 76; offset < 120; offset += 4) {
    turn(offset, 4);
  }
  for (size_t offset = 352; offset < bytes.size(); offset += 2) {
    turn(offset, 2);
  }
  testing::write_file(folder / "a.nii", bytes);
  EXPECT_TRUE(torch::equal(read_nifti(folder / "a.nii").values, expected()));
}

TEST(Nifti, ScalesWhereTheFileAsksForIt) {
  const TemporaryFolder folder;
  NiftiMaker maker;
  maker.slope = 0.5;
  maker.intercept = -3;
  testing::write_file(folder / "a.nii", counted<uint8_t>(maker, 2));
  EXPECT_TRUE(torch::equal(read_nifti(folder / "a.nii").values, expected() * 0.5 - 3));
  maker.slope = std::numeric_limits<float>::quiet_NaN();
  testing::write_file(folder / "a.nii", counted<uint8_t>(maker, 2));
  EXPECT_TRUE(torch::equal(read_nifti(folder / "a.nii").values, expected()));
}

TEST(Nifti, ReadsCompressedFiles) {
  const TemporaryFolder folder;
  testing::write_file(folder / "a.nii", counted<float>({}, 16));
  ASSERT_EQ(std::system(("gzip " + (folder / "a.nii").string()).c_str()), 0);
  EXPECT_TRUE(torch::equal(read_nifti(folder / "a.nii.gz").values, expected()));
}

/// Stored with x from right to left, then z upwards, then y from front to back.
TEST(Nifti, TurnsTheAxesAsTheFileSays) {
  const TemporaryFolder folder;
  NiftiMaker maker;
  maker.spacing = {2, 3, 4};
  maker.affine = {-2, 0, 0, 0, 0, 0, -4, 0, 0, 3, 0, 0};
  testing::write_file(folder / "a.nii", counted<float>(maker, 16));
  const NiftiImage image = read_nifti(folder / "a.nii");
  const torch::Tensor stored = expected();  // [y, z, x]
  EXPECT_TRUE(torch::equal(image.values, stored.permute({1, 0, 2}).flip({1, 2})));
  EXPECT_EQ(image.spacing, (std::array<double, 3>{3, 4, 2}));
}

struct BadNifti {
  std::string name;
  std::function<void(const fs::path&)> make;
  std::string message;
};

void PrintTo(const BadNifti& bad, std::ostream* stream) {
  *stream << bad.name;
}

std::function<void(const fs::path&)> of(const std::string& content) {
  return [=](const fs::path& path) { testing::write_file(path, content); };
}

std::vector<BadNifti> bad_files() {
  NiftiMaker four;
  four.shape = {4, 3, 2, 5};
  NiftiMaker flat;
  flat.shape = {4, 3};
  NiftiMaker absurd;
  absurd.shape = {32767, 32767, 32767};
  NiftiMaker complex;
  complex.shape = {4, 3, 2};
  complex.type = 32;
  complex.bits = 64;
  const std::string whole = counted<float>({}, 16);
  return {
      {"Missing", [](const fs::path&) {}, "no such file"},
      {"Folder", [](const fs::path& path) { fs::create_directory(path); }, "no regular file"},
      {"Text", of("hello"), "not NIfTI-1"},
      {"Empty", of(""), "not NIfTI-1"},
      {"HeaderAlone", of(whole.substr(0, 352)), "fewer values"},
      {"Truncated", of(whole.substr(0, whole.size() - 4)), "fewer values"},
      {"FourDimensions", of(four.file(std::vector<float>(120))), "[4, 3, 2, 5]"},
      {"TwoDimensions", of(flat.file(std::vector<float>(12))), "three-dimensional"},
      {"AbsurdSize", of(absurd.file(std::vector<float>(1))), "[32767, 32767, 32767]"},
      {"Complex", of(complex.file(std::vector<float>(48))), "COMPLEX64"},
  };
}

class MalformedNifti : public ::testing::TestWithParam<BadNifti> {};

TEST_P(MalformedNifti, IsAnErrorThatNamesFileAndFault) {
  const TemporaryFolder folder;
  const fs::path path = folder / "bad.nii";
  GetParam().make(path);
  try {
    read_nifti(path);
    ADD_FAILURE() << "no error";
  } catch (const Error& error) {
    const std::string text = error.what();
    EXPECT_EQ(text.find(path.string()), 0U) << text;
    EXPECT_NE(text.find(GetParam().message), std::string::npos) << text;
  }
}

INSTANTIATE_TEST_SUITE_P(Files, MalformedNifti, ::testing::ValuesIn(bad_files()),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace dircn::nifti_test
