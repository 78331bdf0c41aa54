// NIfTI files, read back by nibabel and by dircn's own reader.

#include "dircn/formats/nifti_writer.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <torch/types.h>

#include <array>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "dircn/core/error.h"
#include "dircn/formats/nifti.h"
#include "dircn/formats/voxel_geometry.h"
#include "support/command.h"
#include "support/paths.h"
#include "support/python.h"

namespace dircn::nifti_writer_test {
namespace {

namespace fs = std::filesystem;
using testing::TemporaryFolder;
using Vector = VoxelGeometry::Vector;

constexpr int64_t kSlices = 2;
constexpr int64_t kRows = 5;
constexpr int64_t kColumns = 4;

torch::Tensor volume() {
  return torch::arange(kSlices * kRows * kColumns, torch::kFloat).view({kSlices, kRows, kColumns}) /
         8;
}

/// Down the image towards the back, to its right towards the left, slices towards the head.
VoxelGeometry axial() {
  return {{4, 0.5, 0.75},
          VoxelGeometry::Orientation{{0, 1, 0}, {1, 0, 0}, {0, 0, 1}, {10, -20, 30}}};
}

/// No axis along the patient's, and slices that make a right-handed or a left-handed system.
VoxelGeometry oblique(double hand) {
  constexpr double kThird = 1.0 / 3;
  return {{4, 0.5, 0.75},
          VoxelGeometry::Orientation{{2 * kThird, 2 * kThird, -kThird},
                                     {-kThird, 2 * kThird, 2 * kThird},
                                     {2 * kThird * hand, -kThird * hand, 2 * kThird * hand},
                                     {10, -20, 30}}};
}

/// Where voxel (slice, row, column) lies, in NIfTI's axes.
Vector place(const VoxelGeometry& geometry, const std::array<int64_t, 3>& voxel) {
  const auto& known = geometry.orientation.value();
  const auto mm = [&](size_t axis, int64_t centre) {
    return static_cast<double>(voxel[axis] - centre) * geometry.spacing[axis];
  };
  Vector point = {};
  for (size_t axis = 0; axis < 3; ++axis) {
    const double lps = known.position[axis] + mm(0, 0) * known.slice_direction[axis] +
                       mm(1, kRows / 2) * known.row_direction[axis] +
                       mm(2, kColumns / 2) * known.column_direction[axis];
    point[axis] = axis < 2 ? -lps : lps;
  }
  return point;
}

void expect_places(const nlohmann::json& affine, const VoxelGeometry& geometry) {
  const std::vector<std::array<int64_t, 3>> voxels = {{0, 0, 0}, {1, 0, 0}, {0, 4, 0}, {1, 3, 2}};
  for (const auto& voxel : voxels) {
    const Vector expected = place(geometry, voxel);
    for (size_t axis = 0; axis < 3; ++axis) {
      double found = affine[axis][3];
      for (size_t index = 0; index < 3; ++index) {
        found += affine[axis][index].get<double>() * static_cast<double>(voxel[2 - index]);
      }
      EXPECT_NEAR(found, expected[axis], 1e-4) << affine << " axis " << axis;
    }
  }
}

class NiftiWriterTest : public ::testing::Test {
 protected:
  void SetUp() override { DIRCN_NEEDS_PYTHON("nibabel"); }

  nlohmann::json written(const torch::Tensor& values, const VoxelGeometry& geometry,
                         const std::string& description = "", const std::string& name = "a.nii") {
    write_nifti(folder_ / name, values, geometry, description);
    const auto result = testing::run_command(
        "'" + testing::python() + "' '" + testing::source("tests/formats/nifti_read.py").string() +
        "' '" + (folder_ / name).string() + "' 2>/dev/null");
    EXPECT_EQ(result.exit_code, 0) << result.output;
    return nlohmann::json::parse(result.output);
  }

  TemporaryFolder folder_;
};

torch::Tensor values_of(const nlohmann::json& file) {
  return torch::tensor(file.at("values").get<std::vector<float>>());
}

TEST_F(NiftiWriterTest, NibabelFindsTheValuesAndTheirSpacing) {
  for (const std::string name : {"a.nii", "sub/b.nii.gz"}) {
    const auto file = written(volume(), {{4, 0.5, 0.75}, {}}, "dircn", name);
    EXPECT_EQ(file.at("shape"), (std::vector<int64_t>{kColumns, kRows, kSlices}));
    EXPECT_EQ(file.at("type"), "float32");
    EXPECT_TRUE(torch::equal(values_of(file), volume().flatten()));
    EXPECT_EQ(file.at("zooms"), (std::vector<double>{0.75, 0.5, 4}));
    EXPECT_EQ(file.at("units").at(0), "mm");
    EXPECT_EQ(file.at("description"), "dircn");
    EXPECT_EQ(file.at("codes"), (std::vector<int>{0, 0})) << "an orientation that is not known";
  }
  EXPECT_EQ(testing::read_file(folder_ / "sub/b.nii.gz").substr(0, 2), "\x1f\x8b");
}

TEST_F(NiftiWriterTest, NibabelFindsAnAxialVolumesAxes) {
  const auto file = written(volume(), axial());
  EXPECT_EQ(file.at("axes"), "LPS");
  EXPECT_EQ(file.at("codes"), (std::vector<int>{1, 1}));
  const Vector first = {-(10 - 2 * 0.75), -(-20 - 2 * 0.5), 30};
  for (size_t axis = 0; axis < 3; ++axis) {
    EXPECT_EQ(file.at("sform")[axis][3], first[axis]);
  }
  expect_places(file.at("sform"), axial());
}

TEST_F(NiftiWriterTest, NibabelFindsAnObliqueVolumesPlace) {
  for (const double hand : {1.0, -1.0}) {
    const auto file = written(volume(), oblique(hand));
    EXPECT_EQ(file.at("codes"), (std::vector<int>{1, 1}));
    expect_places(file.at("sform"), oblique(hand));
    expect_places(file.at("qform"), oblique(hand));
    EXPECT_EQ(file.at("zooms"), (std::vector<double>{0.75, 0.5, 4}));
  }
}

TEST_F(NiftiWriterTest, KeepsSeveralVolumes) {
  const auto values = torch::stack({volume(), volume() + 100, volume() - 100});
  const auto file = written(values, oblique(1), "", "a.nii.gz");
  EXPECT_EQ(file.at("shape"), (std::vector<int64_t>{kColumns, kRows, kSlices, 3}));
  EXPECT_TRUE(torch::equal(values_of(file), values.flatten()));
  EXPECT_EQ(file.at("zooms").size(), 4U);
  expect_places(file.at("sform"), oblique(1));
}

TEST_F(NiftiWriterTest, TakesOtherLayoutsAndTypes) {
  const auto view = volume().to(torch::kDouble).transpose(1, 2).requires_grad_();
  EXPECT_TRUE(torch::equal(values_of(written(view, {})), volume().transpose(1, 2).flatten()));
  const auto counts = torch::arange(kSlices * kRows * kColumns).view({kSlices, kRows, kColumns});
  EXPECT_TRUE(torch::equal(values_of(written(counts, {})), counts.to(torch::kFloat).flatten()));
}

TEST_F(NiftiWriterTest, CutsTheDescriptionBetweenCharacters) {
  const auto description = [&](const std::string& text) {
    return written(volume(), {}, text).at("description").get<std::string>();
  };
  EXPECT_EQ(description(std::string(79, 'a')), std::string(79, 'a'));
  EXPECT_EQ(description(std::string(200, 'a')), std::string(79, 'a'));
  EXPECT_EQ(description(std::string(78, 'a') + "\xce\xbb"), std::string(78, 'a'));
  EXPECT_EQ(description(std::string(77, 'a') + "\xce\xbb"), std::string(77, 'a') + "\xce\xbb");
}

TEST(NiftiWriter, IsReadBackInTheOrientationOfTheAnatomy) {
  const TemporaryFolder folder;
  write_nifti(folder / "a.nii.gz", volume(), axial(), "");
  const NiftiImage image = read_nifti(folder / "a.nii.gz");
  EXPECT_TRUE(torch::equal(image.values, volume().flip({1, 2})));  // to right and front
  EXPECT_EQ(image.spacing, (std::array<double, 3>{4, 0.5, 0.75}));
  write_nifti(folder / "b.nii", volume(), {{4, 0.5, 0.75}, {}}, "");
  EXPECT_TRUE(torch::equal(read_nifti(folder / "b.nii").values, volume()));
}

TEST(NiftiWriter, WritesEqualBytesForEqualValues) {
  const TemporaryFolder folder;
  for (const std::string name : {"a.nii", "b.nii", "a.nii.gz", "b.nii.gz"}) {
    write_nifti(folder / name, volume(), oblique(1), "text");
  }
  EXPECT_EQ(testing::read_file(folder / "a.nii"), testing::read_file(folder / "b.nii"));
  const auto zipped = testing::read_file(folder / "a.nii.gz");
  EXPECT_EQ(zipped, testing::read_file(folder / "b.nii.gz"));
  // RFC 1952: no name among the flags, no time
  EXPECT_EQ(zipped.substr(3, 5), std::string(5, '\0'));
  EXPECT_EQ(std::distance(fs::directory_iterator(folder.path()), {}), 4);
}

/// What `write_nifti` says of a disk that takes this many bytes of a file.
std::string message_of_full_disk(const fs::path& path, const torch::Tensor& values, rlim_t most) {
  rlimit before{};
  EXPECT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  const rlimit small{most, before.rlim_max};
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  EXPECT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  std::string message = "no error";
  try {
    write_nifti(path, values, {}, "");
  } catch (const Error& error) {
    message = error.what();
  }
  ::setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, handler);
  return message;
}

TEST(NiftiWriter, SaysThatTheDiskIsFullAndLeavesNothing) {
  const TemporaryFolder folder;
  const auto large = torch::randn({4, 256, 256});
  for (const std::string name : {"a.nii", "a.nii.gz"}) {
    const auto path = folder / name;
    const std::string expected = path.string() + ": found File too large";
    // Of the small one no byte reaches the disk before the file is closed; of the large one, for
    // the last limit, all but those kept until then.
    EXPECT_EQ(message_of_full_disk(path, volume(), 50).rfind(expected, 0), 0U) << name;
    EXPECT_EQ(message_of_full_disk(path, large, 100'000).rfind(expected, 0), 0U) << name;
    EXPECT_TRUE(fs::is_empty(folder.path())) << name;
    write_nifti(path, large, {}, "");
    const auto size = fs::file_size(path);
    fs::remove(path);
    EXPECT_EQ(message_of_full_disk(path, large, size - 1).rfind(expected, 0), 0U) << name;
    EXPECT_TRUE(fs::is_empty(folder.path())) << name;
    EXPECT_EQ(message_of_full_disk(path, large, size), "no error") << name;
    fs::remove(path);
  }
}

TEST(NiftiWriter, RefusesWhatNoNiftiFileHolds) {
  const TemporaryFolder folder;
  const auto message = [&](const std::string& name, const torch::Tensor& values,
                           const VoxelGeometry& geometry) {
    try {
      write_nifti(folder / name, values, geometry, "");
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string("no error");
  };
  const auto expect = [](const std::string& found, const std::string& part) {
    EXPECT_NE(found.find(part), std::string::npos) << found;
  };
  expect(message("a.nii", torch::zeros({2, 3}), {}), "a.nii: found values of shape [2, 3]");
  expect(message("a.nii", torch::zeros({2, 0, 3}), {}), "[2, 0, 3]");
  expect(message("a.nii", torch::zeros({1, 1, 2, 3, 4}), {}), "[1, 1, 2, 3, 4]");
  expect(message("a.nii", torch::zeros({1, 1, 32768}), {}), "at most 32767");
  expect(message("a.nii", torch::zeros({2, 3, 4}, torch::kComplexFloat), {}), "Complex");
  for (const std::string name : {"a.png", "a.gz", ".nii", ".nii.gz", "nii"}) {
    expect(message(name, volume(), {}), ".nii or .nii.gz");
  }
  constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
  for (const double step : {0.0, -1.0, kNaN, std::numeric_limits<double>::infinity()}) {
    expect(message("a.nii", volume(), {{1, step, 1}, {}}), "positive spacings");
  }
  VoxelGeometry nowhere = axial();
  nowhere.orientation->position[1] = kNaN;
  expect(message("a.nii", volume(), nowhere), "not finite");
  EXPECT_TRUE(fs::is_empty(folder.path()));
}

TEST(NiftiWriter, FolderThatCannotBeMadeIsAnError) {
  const TemporaryFolder folder;
  testing::write_file(folder / "file", "");
  EXPECT_THROW(write_nifti(folder / "file/a.nii", volume(), {}, ""), Error);
}

}  // namespace
}  // namespace dircn::nifti_writer_test
