#include "dircn/formats/hdf5_writer.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <torch/types.h>
#include <torch/utils.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <initializer_list>
#include <iostream>
#include <iterator>
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

void write_image(const fs::path& path, const torch::Tensor& image) {
  Hdf5Writer file(path);
  file.create_real("image", {1, image.size(0), image.size(1)});
  file.write_slice("image", 0, image);
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
  EXPECT_EQ(std::distance(fs::directory_iterator(path.parent_path()), {}), 1)
      << "something else was left there";
}

TEST(Hdf5Writer, TakesOtherLayoutsAndTypes) {
  const TemporaryFolder folder;
  const torch::Tensor image = torch::randn({7, 5}, torch::kDouble).transpose(0, 1).requires_grad_();
  write_image(folder / "a.h5", image);
  EXPECT_TRUE(torch::equal(Hdf5File(folder / "a.h5").read_real_slice("image", 0),
                           image.detach().to(torch::kFloat)));
}

TEST(Hdf5Writer, EqualContentGivesEqualBytes) {
  const TemporaryFolder folder;
  write_all(folder / "a.h5", {0, 1, 2});
  std::this_thread::sleep_for(std::chrono::milliseconds(1100));  // times in HDF5 are in seconds
  write_all(folder / "b.h5", {2, 1, 0});
  EXPECT_EQ(testing::read_file(folder / "a.h5"), testing::read_file(folder / "b.h5"));
}

// Types that have a name in their file, numbers that no double holds, texts that were never
// written; see hdf5_python_test.cpp for all that h5py writes.
TEST(Hdf5Writer, CopiesAttributesOfAnyType) {
  const TemporaryFolder folder;
  const std::vector<int64_t> large{(int64_t{1} << 62) + 1, -1};
  const H5::StrType text(H5::PredType::C_S1, H5T_VARIABLE);
  {
    testing::Hdf5Maker maker(folder / "a.h5");
    H5::IntType named(H5::PredType::STD_I64BE);
    named.commit(maker.file(), "named");
    maker.file()
        .createAttribute("large", named, testing::Hdf5Maker::space({2}))
        .write(H5::PredType::NATIVE_INT64, large.data());
    maker.file().createAttribute("unwritten", text, testing::Hdf5Maker::space({2}));
  }
  {
    Hdf5Writer writer(folder / "b.h5");
    for (const char* name : {"large", "unwritten"}) {
      EXPECT_FALSE(writer.copy_attribute(Hdf5File(folder / "a.h5"), name).has_value()) << name;
    }
    writer.finish();
  }
  const H5::H5File copy((folder / "b.h5").string(), H5F_ACC_RDONLY);
  const H5::Attribute attribute = copy.openAttribute("large");
  std::vector<int64_t> found(2);
  attribute.read(H5::PredType::NATIVE_INT64, found.data());
  EXPECT_EQ(found, large);
  EXPECT_TRUE(attribute.getIntType() == H5::PredType::STD_I64BE);
  EXPECT_EQ(copy.openAttribute("unwritten").getSpace().getSimpleExtentNpoints(), 2);
}

TEST(Hdf5Writer, SaysWhatOfAttributesItDoesNotCopy) {
  const TemporaryFolder folder;
  {
    testing::Hdf5Maker maker(folder / "a.h5");
    const auto add = [&](const char* name, const H5::DataType& type) {
      maker.file().createAttribute(name, type, H5::DataSpace());
    };
    const H5::VarLenType lists(H5::PredType::NATIVE_INT);
    const hsize_t two = 2;
    H5::CompType compound(sizeof(hvl_t));
    compound.insertMember("list", 0, lists);
    add("reference", H5::PredType::STD_REF_OBJ);
    add("lists", lists);
    add("array of references", H5::ArrayType(H5::PredType::STD_REF_OBJ, 1, &two));
    add("compound with a list", compound);
  }
  const Hdf5File file(folder / "a.h5");
  Hdf5Writer writer(folder / "b.h5");
  for (const auto& name : file.attribute_names()) {
    EXPECT_EQ(writer.copy_attribute(file, name), "references, or lists of variable length") << name;
  }
  EXPECT_THROW(writer.copy_attribute(file, "none"), Error);
  writer.finish();
  EXPECT_TRUE(Hdf5File(folder / "b.h5").attribute_names().empty());
}

// Files of HDF5's newer format hold attributes of any size; those that we write do not.
TEST(Hdf5Writer, LeavesOutAttributesThatItsFormatCannotHold) {
  const TemporaryFolder folder;
  {
    H5::FileAccPropList newer;
    newer.setLibverBounds(H5F_LIBVER_LATEST, H5F_LIBVER_LATEST);
    const H5::H5File file((folder / "a.h5").string(), H5F_ACC_TRUNC, H5::FileCreatPropList::DEFAULT,
                          newer);
    for (const int64_t size : {60000, 60001, 100000}) {
      const std::vector<int8_t> values(static_cast<size_t>(size), 5);
      file.createAttribute(std::to_string(size), H5::PredType::NATIVE_INT8,
                           testing::Hdf5Maker::space({size}))
          .write(H5::PredType::NATIVE_INT8, values.data());
    }
  }
  const Hdf5File file(folder / "a.h5");
  Hdf5Writer writer(folder / "b.h5");
  EXPECT_FALSE(writer.copy_attribute(file, "60000").has_value());
  EXPECT_EQ(writer.copy_attribute(file, "60001"), "more than 60000 bytes");
  EXPECT_EQ(writer.copy_attribute(file, "100000"), "more than 60000 bytes");
  writer.finish();
}

TEST(Hdf5Writer, LeavesNothingUnlessFinished) {
  const TemporaryFolder folder;
  {
    Hdf5Writer file(folder / "a.h5");
    file.create_real("image", {1, 2, 2});
  }
  EXPECT_TRUE(fs::is_empty(folder.path()));
}

TEST(Hdf5Writer, ReplacesOnlyWhenWhole) {
  const TemporaryFolder folder;
  testing::write_file(folder / "a.h5", "the old one");
  {
    Hdf5Writer file(folder / "a.h5");
    file.create_real("image", {2, 4, 4});
    file.write_slice("image", 0, torch::ones({4, 4}));
    try {
      file.finish();
      ADD_FAILURE() << "finished without slice 1";
    } catch (const Error& error) {
      EXPECT_NE(std::string(error.what()).find("no slice 1"), std::string::npos) << error.what();
    }
  }
  EXPECT_EQ(testing::read_file(folder / "a.h5"), "the old one");
  EXPECT_EQ(std::distance(fs::directory_iterator(folder.path()), {}), 1);
  write_image(folder / "a.h5", torch::ones({4, 4}));
  EXPECT_TRUE(H5::H5File::isHdf5((folder / "a.h5").string()));
}

TEST(Hdf5Writer, RefusesWhatDoesNotFit) {
  const TemporaryFolder folder;
  Hdf5Writer file(folder / "a.h5");
  file.create_complex("kspace", {2, 4, 5});
  file.create_real("image", {2, 4, 5});
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
  EXPECT_NE(write("mask", 0, good).find("no data set 'mask'"), std::string::npos);
  EXPECT_NE(write("kspace", 2, good).find("slice 2: found 2 slices in 'kspace'"),
            std::string::npos);
  EXPECT_NE(write("kspace", -1, good).find("slice -1"), std::string::npos);
  EXPECT_NE(write("image", 0, good).find("complex, shape [4, 5]"), std::string::npos);
  EXPECT_NE(write("image", 0, torch::ones({5, 4}))
                .find("a.h5: slice 0: found shape [5, 4]; expected a real image [4, 5]"),
            std::string::npos);
  EXPECT_NE(write("kspace", 0, torch::real(good)).find("real, shape [4, 5]"), std::string::npos);
  EXPECT_NE(write("kspace", 0, good.t()).find("shape [5, 4]; expected complex k-space [4, 5]"),
            std::string::npos);
  EXPECT_NE(message([&] { file.create_real("empty", {2, 0}); }).find("'empty'"), std::string::npos);
  EXPECT_NE(message([&] {
              file.create_real("kspace", {2, 4});
            }).find("a.h5: found a refusal"),
            std::string::npos);
  EXPECT_NE(message([&] { file.finish(); }).find("no slice 0 in 'image'"), std::string::npos);
}

/// Writes an image of 256 KiB; says what went wrong and ends with 0 if nothing was left in the
/// folder.
[[noreturn]] void write_and_report(const fs::path& folder) {
  try {
    write_image(folder / "a.h5", torch::ones({256, 256}));
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

TEST(Hdf5WriterDeathTest, FullDiskIsAnErrorAndLeavesNothing) {
  ::testing::GTEST_FLAG(death_test_style) = "threadsafe";
  const TemporaryFolder folder;
  EXPECT_EXIT(write_to_full_disk(folder.path()), ::testing::ExitedWithCode(0),
              "a.h5: found File too large.*Free some space");
}

TEST(Hdf5WriterDeathTest, ReadOnlyFolderIsAnError) {
  ::testing::GTEST_FLAG(death_test_style) = "threadsafe";
  const TemporaryFolder folder;
  EXPECT_EXIT(write_to_read_only_folder(folder.path()), ::testing::ExitedWithCode(0),
              "a.h5: found Permission denied");
}

TEST(Hdf5Writer, FolderThatCannotBeMadeIsAnError) {
  const TemporaryFolder folder;
  testing::write_file(folder / "file", "");
  try {
    const Hdf5Writer file(folder.path() / "file" / "a.h5");
    ADD_FAILURE() << "no error";
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("file/a.h5: found"), std::string::npos)
        << error.what();
  }
}

}  // namespace
}  // namespace dircn::hdf5_writer_test
