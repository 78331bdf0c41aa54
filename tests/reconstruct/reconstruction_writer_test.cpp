#include "dircn/reconstruct/reconstruction_writer.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <iostream>

#include "dircn/core/error.h"
#include "formats/hdf5_maker.h"
#include "support/paths.h"

namespace dircn::reconstruction_writer_test {
namespace {

namespace fs = std::filesystem;
using testing::TemporaryFolder;

TEST(ReconstructionWriter, WritesTheVolumeThatHdf5ReadsBack) {
  const TemporaryFolder folder;
  const fs::path path = folder.path() / "acc4" / "brain1.h5";
  const torch::Tensor volume = torch::randn({3, 5, 7});
  ReconstructionWriter writer(path, 3, 5, 7);
  for (int64_t slice : {2, 0, 1}) {
    writer.write_slice(slice, volume[slice]);
    EXPECT_FALSE(fs::exists(path)) << "visible before it is whole";
  }
  writer.finish();

  const H5::H5File file(path.string(), H5F_ACC_RDONLY);
  const H5::DataSet dataset = file.openDataSet("reconstruction");
  EXPECT_TRUE(dataset.getFloatType() == H5::PredType::IEEE_F32LE);
  hsize_t shape[3] = {};
  ASSERT_EQ(dataset.getSpace().getSimpleExtentDims(shape), 3);
  const torch::Tensor read =
      torch::zeros({static_cast<int64_t>(shape[0]), static_cast<int64_t>(shape[1]),
                    static_cast<int64_t>(shape[2])});
  dataset.read(read.data_ptr(), H5::PredType::NATIVE_FLOAT);
  EXPECT_TRUE(torch::equal(read, volume));
  EXPECT_EQ(std::distance(fs::directory_iterator(path.parent_path()), {}), 1)
      << "something else was left there";
}

TEST(ReconstructionWriter, TakesOtherLayoutsAndTypes) {
  const TemporaryFolder folder;
  const torch::Tensor image = torch::randn({7, 5}, torch::kDouble).transpose(0, 1).requires_grad_();
  ReconstructionWriter writer(folder / "a.h5", 1, 5, 7);
  writer.write_slice(0, image);
  writer.finish();
  const H5::H5File file((folder / "a.h5").string(), H5F_ACC_RDONLY);
  const torch::Tensor read = torch::zeros({5, 7});
  file.openDataSet("reconstruction").read(read.data_ptr(), H5::PredType::NATIVE_FLOAT);
  EXPECT_TRUE(torch::equal(read, image.detach().to(torch::kFloat)));
}

TEST(ReconstructionWriter, KeepsWhatTheScanSaysOfItself) {
  const TemporaryFolder folder;
  {
    testing::Hdf5Maker maker(folder / "scan.h5");
    maker.real("kspace", torch::zeros({2}));
    maker.attribute("max", 1.5);
    maker.attribute("patient_id", "somebody");
    maker.file().createAttribute("several", H5::PredType::IEEE_F32LE,
                                 testing::Hdf5Maker::space({3}));
    const H5::StrType type(H5::PredType::C_S1, 9);
    maker.file().createDataSet("ismrmrd_header", type, H5::DataSpace()).write("<header/>", type);
  }
  ReconstructionWriter writer(folder / "a.h5", 1, 5, 7);
  writer.copy_description(Hdf5File(folder / "scan.h5"));
  writer.write_slice(0, torch::zeros({5, 7}));
  writer.finish();
  const Hdf5File file(folder / "a.h5");
  EXPECT_EQ(file.read_number_attribute("max"), 1.5);
  EXPECT_EQ(file.read_text_attribute("patient_id"), "somebody");
  EXPECT_EQ(file.attribute_names(), (std::vector<std::string>{"max", "patient_id"}));
  EXPECT_EQ(file.read_text("ismrmrd_header"), "<header/>");
  EXPECT_EQ(file.dataset_names(), (std::vector<std::string>{"ismrmrd_header", "reconstruction"}));
}

TEST(ReconstructionWriter, ReplacesOnlyWhenWhole) {
  const TemporaryFolder folder;
  testing::write_file(folder / "a.h5", "the old one");
  {
    ReconstructionWriter writer(folder / "a.h5", 2, 4, 4);
    writer.write_slice(0, torch::ones({4, 4}));
    try {
      writer.finish();
      ADD_FAILURE() << "finished without slice 1";
    } catch (const Error& error) {
      EXPECT_NE(std::string(error.what()).find("no slice 1"), std::string::npos) << error.what();
    }
  }
  EXPECT_EQ(testing::read_file(folder / "a.h5"), "the old one");
  EXPECT_EQ(std::distance(fs::directory_iterator(folder.path()), {}), 1);
  ReconstructionWriter writer(folder / "a.h5", 1, 4, 4);
  writer.write_slice(0, torch::ones({4, 4}));
  writer.finish();
  EXPECT_TRUE(H5::H5File::isHdf5((folder / "a.h5").string()));
}

TEST(ReconstructionWriter, RefusesWhatIsNoSliceOfTheVolume) {
  const TemporaryFolder folder;
  ReconstructionWriter writer(folder / "a.h5", 2, 4, 5);
  const auto message = [&](int64_t index, const torch::Tensor& image) {
    try {
      writer.write_slice(index, image);
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string("no error");
  };
  EXPECT_NE(message(2, torch::ones({4, 5})).find("a.h5: slice 2: found 2 slices"),
            std::string::npos);
  EXPECT_NE(message(-1, torch::ones({4, 5})).find("slice -1"), std::string::npos);
  const std::string shape = message(0, torch::ones({5, 4}));
  EXPECT_NE(shape.find("slice 0: found shape [5, 4]; expected a real image [4, 5]"),
            std::string::npos)
      << shape;
  EXPECT_NE(message(0, torch::ones({4, 5}, torch::kComplexFloat)).find("complex"),
            std::string::npos);
  EXPECT_THROW(ReconstructionWriter(folder / "b.h5", 0, 4, 4), Error);
}

/// Writes a volume of 256 KiB; says what went wrong and ends with 0 if nothing was left in the
/// folder.
[[noreturn]] void write_and_report(const fs::path& folder) {
  try {
    ReconstructionWriter writer(folder / "a.h5", 1, 256, 256);
    writer.write_slice(0, torch::ones({256, 256}));
    writer.finish();
    std::cerr << "no error\n";
  } catch (const Error& error) {
    std::cerr << error.what() << "\n";
  }
  std::_Exit(fs::is_empty(folder) ? 0 : 1);
}

[[noreturn]] void write_to_full_disk(const fs::path& folder) {
  std::signal(SIGXFSZ, SIG_IGN);
  const rlimit limit = {100000, 100000};
  setrlimit(RLIMIT_FSIZE, &limit);
  write_and_report(folder);
}

[[noreturn]] void write_to_read_only_folder(const fs::path& folder) {
  constexpr uid_t kNobody = 65534;  // root may write anywhere
  fs::permissions(folder, fs::perms(0555));
  if (geteuid() == 0 && seteuid(kNobody) != 0) {
    std::cerr << "a.h5: found Permission denied: not tested, since root may write anywhere\n";
    std::_Exit(0);
  }
  write_and_report(folder);
}

TEST(ReconstructionWriterDeathTest, FullDiskIsAnErrorAndLeavesNothing) {
  ::testing::GTEST_FLAG(death_test_style) = "threadsafe";
  const TemporaryFolder folder;
  EXPECT_EXIT(write_to_full_disk(folder.path()), ::testing::ExitedWithCode(0),
              "a.h5: found File too large.*Free some space");
}

TEST(ReconstructionWriterDeathTest, ReadOnlyFolderIsAnError) {
  ::testing::GTEST_FLAG(death_test_style) = "threadsafe";
  const TemporaryFolder folder;
  EXPECT_EXIT(write_to_read_only_folder(folder.path()), ::testing::ExitedWithCode(0),
              "a.h5: found Permission denied");
}

TEST(ReconstructionWriter, FolderThatCannotBeMadeIsAnError) {
  const TemporaryFolder folder;
  testing::write_file(folder / "file", "");
  try {
    ReconstructionWriter writer(folder.path() / "file" / "a.h5", 1, 4, 4);
    ADD_FAILURE() << "no error";
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("file/a.h5: found"), std::string::npos)
        << error.what();
  }
}

}  // namespace
}  // namespace dircn::reconstruction_writer_test
