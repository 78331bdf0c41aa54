#include "dircn/formats/hdf5_writer.h"

#include <gtest/gtest.h>
#include <torch/types.h>
#include <torch/utils.h>

#include <chrono>
#include <functional>
#include <initializer_list>
#include <string>
#include <thread>

#include "dircn/core/error.h"
#include "dircn/formats/hdf5.h"
#include "formats/hdf5_maker.h"
#include "support/paths.h"

namespace dircn::hdf5_writer_test {
namespace {

namespace fs = std::filesystem;
using testing::TemporaryFolder;

torch::Tensor some_kspace() {
  torch::manual_seed(1);
  return torch::randn({3, 2, 5, 4}, torch::kComplexFloat);
}

void write_all(const fs::path& path, std::initializer_list<int64_t> order) {
  const torch::Tensor kspace = some_kspace();
  Hdf5Writer file(path);
  file.create_complex("kspace", {3, 2, 5, 4});
  file.create_real("image", {3, 5, 4});
  for (const int64_t i : order) {
    file.write_slice("kspace", i, kspace[i]);
    file.write_slice("image", i, kspace[i][0].abs());
  }
  file.write_real("mask", torch::tensor({1, 0, 1, 1}));
  file.write_text("header", "<x>ä</x>");
  file.set_attribute("max", 0.1);
  file.set_attribute("acquisition", "AXT2");
  EXPECT_FALSE(fs::exists(path)) << "visible before it is whole";
  file.finish();
}

TEST(Hdf5Writer, WritesWhatHdf5ReadsBack) {
  const TemporaryFolder folder;
  const fs::path path = folder.path() / "sub" / "a.h5";
  write_all(path, {2, 0, 1});
  const Hdf5File file(path);
  const torch::Tensor kspace = some_kspace();
  for (int64_t i = 0; i < 3; ++i) {
    EXPECT_TRUE(torch::equal(file.read_complex_slice("kspace", i), kspace[i]));
    EXPECT_TRUE(torch::equal(file.read_real_slice("image", i), kspace[i][0].abs()));
  }
  EXPECT_TRUE(torch::equal(file.read_real("mask"), torch::tensor({1.0F, 0.0F, 1.0F, 1.0F})));
  EXPECT_EQ(file.read_number_attribute("max"), 0.1);
  EXPECT_EQ(file.read_text_attribute("acquisition"), "AXT2");

  const H5::H5File raw(path.string(), H5F_ACC_RDONLY);
  EXPECT_TRUE(raw.openDataSet("kspace").getCompType() ==
              testing::Hdf5Maker::complex_type(H5::PredType::IEEE_F32LE));
  EXPECT_TRUE(raw.openDataSet("image").getFloatType() == H5::PredType::IEEE_F32LE);
  std::string header;
  const H5::DataSet text = raw.openDataSet("header");
  text.read(header, text.getStrType());
  EXPECT_EQ(header, "<x>ä</x>");
}

TEST(Hdf5Writer, EqualContentGivesEqualBytes) {
  const TemporaryFolder folder;
  write_all(folder / "a.h5", {0, 1, 2});
  std::this_thread::sleep_for(std::chrono::milliseconds(1100));  // times in HDF5 are in seconds
  write_all(folder / "b.h5", {2, 1, 0});
  EXPECT_EQ(testing::read_file(folder / "a.h5"), testing::read_file(folder / "b.h5"));
}

TEST(Hdf5Writer, LeavesNothingUnlessFinished) {
  const TemporaryFolder folder;
  {
    Hdf5Writer file(folder / "a.h5");
    file.create_real("image", {1, 2, 2});
  }
  EXPECT_TRUE(fs::is_empty(folder.path()));
}

TEST(Hdf5Writer, RefusesWhatDoesNotFit) {
  const TemporaryFolder folder;
  Hdf5Writer file(folder / "a.h5");
  file.create_complex("kspace", {2, 4, 5});
  const auto message = [](const std::function<void()>& action) {
    try {
      action();
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string("no error");
  };
  const auto write = [&](const std::string& name, int64_t index, const torch::Tensor& slice) {
    return message([&] { file.write_slice(name, index, slice); });
  };
  const torch::Tensor good = torch::ones({4, 5}, torch::kComplexFloat);
  EXPECT_NE(write("image", 0, good).find("no data set 'image'"), std::string::npos);
  EXPECT_NE(write("kspace", 2, good).find("slice 2: found 2 slices in 'kspace'"),
            std::string::npos);
  EXPECT_NE(write("kspace", 0, torch::real(good)).find("real, shape [4, 5]"), std::string::npos);
  EXPECT_NE(write("kspace", 0, good.t()).find("shape [5, 4]; expected complex k-space [4, 5]"),
            std::string::npos);
  EXPECT_NE(message([&] { file.create_real("empty", {2, 0}); }).find("'empty'"), std::string::npos);
  EXPECT_NE(message([&] {
              file.create_real("kspace", {2, 4});
            }).find("a.h5: found a refusal"),
            std::string::npos);
  EXPECT_NE(message([&] { file.finish(); }).find("no slice 0 in 'kspace'"), std::string::npos);
}

}  // namespace
}  // namespace dircn::hdf5_writer_test
