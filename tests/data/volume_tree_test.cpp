#include "dircn/data/volume_tree.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <string>
#include <vector>

#include "dircn/core/error.h"
#include "support/paths.h"

namespace dircn::volume_tree_test {
namespace {

namespace fs = std::filesystem;
using testing::TemporaryFolder;

void touch(const fs::path& path) {
  testing::write_file(path, "");
}

struct Layout {
  std::string name;
  std::vector<std::string> files;     // below the root
  std::string input;                  // below the root; "" is the root itself
  std::vector<std::string> expected;  // relative <- kspace [+ image], below the root
};

void PrintTo(const Layout& layout, std::ostream* stream) {
  *stream << layout.name;
}

class SnuLayout : public ::testing::TestWithParam<Layout> {};

TEST_P(SnuLayout, FindsItsVolumes) {
  const TemporaryFolder folder;
  const fs::path root = fs::canonical(folder.path());
  for (const std::string& file : GetParam().files) {
    touch(root / file);
  }
  std::vector<std::string> found;
  for (const VolumeEntry& entry : find_volumes(root / GetParam().input)) {
    found.push_back(entry.relative.generic_string() + " <- " +
                    fs::relative(entry.kspace, root).generic_string() +
                    (entry.image ? " + " + fs::relative(*entry.image, root).generic_string() : ""));
  }
  EXPECT_EQ(found, GetParam().expected);
}

const std::vector<std::string> kAccelerations = {
    "leaderboard/acc8/kspace/a.h5", "leaderboard/acc8/image/a.h5", "leaderboard/acc4/kspace/a.h5",
    "leaderboard/acc4/image/a.h5", "leaderboard/acc4/kspace/b.h5"};

INSTANTIATE_TEST_SUITE_P(
    Layouts, SnuLayout,
    ::testing::ValuesIn(std::vector<Layout>{
        {"OneFile", {"x/a.h5"}, "x/a.h5", {"a.h5 <- x/a.h5"}},
        {"OneFileOfAPair",
         {"kspace/a.h5", "image/a.h5"},
         "kspace/a.h5",
         {"a.h5 <- kspace/a.h5 + image/a.h5"}},
        {"FolderOfFiles", {"b.h5", "a.h5", "notes.txt"}, "", {"a.h5 <- a.h5", "b.h5 <- b.h5"}},
        {"KspaceFolder",
         {"kspace/a.h5", "image/a.h5"},
         "kspace",
         {"a.h5 <- kspace/a.h5 + image/a.h5"}},
        {"KspaceFolderWithSlash", {"kspace/a.h5"}, "kspace/", {"a.h5 <- kspace/a.h5"}},
        {"KspaceAndImage",
         {"train/kspace/a.h5", "train/image/a.h5", "train/kspace/b.h5"},
         "train",
         {"a.h5 <- train/kspace/a.h5 + train/image/a.h5", "b.h5 <- train/kspace/b.h5"}},
        {"OnlyKspace", {"kspace/a.h5"}, "", {"a.h5 <- kspace/a.h5"}},
        {"Accelerations",
         kAccelerations,
         "leaderboard",
         {"acc4/a.h5 <- leaderboard/acc4/kspace/a.h5 + leaderboard/acc4/image/a.h5",
          "acc4/b.h5 <- leaderboard/acc4/kspace/b.h5",
          "acc8/a.h5 <- leaderboard/acc8/kspace/a.h5 + leaderboard/acc8/image/a.h5"}},
        {"OneAcceleration",
         kAccelerations,
         "leaderboard/acc4",
         {"a.h5 <- leaderboard/acc4/kspace/a.h5 + leaderboard/acc4/image/a.h5",
          "b.h5 <- leaderboard/acc4/kspace/b.h5"}},
        {"WholeRoot",
         {"val/kspace/a.h5", "leaderboard/acc4/kspace/a.h5"},
         "",
         {"leaderboard/acc4/a.h5 <- leaderboard/acc4/kspace/a.h5", "val/a.h5 <- val/kspace/a.h5"}},
        {"OtherEndings",
         {"kspace/a.H5", "image/a.h5", "kspace/b.hdf5", "image/b.hdf5", "kspace/c.HDF5",
          "kspace/d.he5", "kspace/e.hdf", "kspace/f.h5.gz"},
         "",
         {"a.h5 <- kspace/a.H5 + image/a.h5", "b.h5 <- kspace/b.hdf5 + image/b.hdf5",
          "c.h5 <- kspace/c.HDF5", "d.h5 <- kspace/d.he5"}},
        {"OneFileOfAnotherEnding", {"a.HDF5"}, "a.HDF5", {"a.h5 <- a.HDF5"}},
        {"OneFileOfAnotherKind", {"a.dat"}, "a.dat", {"a.dat <- a.dat"}},
        {"HiddenAndTemporary",
         {"kspace/.a.h5", "kspace/.b.h5.12-0.tmp", "kspace/c.h5~", "kspace/d.h5.part",
          ".cache/e.h5", "kspace/f.h5"},
         "",
         {"f.h5 <- kspace/f.h5"}}}),
    [](const auto& info) { return info.param.name; });

TEST(SnuLayoutLinks, CyclesEndAndLinkedFoldersAreFound) {
  const TemporaryFolder folder;
  const TemporaryFolder elsewhere;
  touch(folder.path() / "acc4" / "kspace" / "a.h5");
  touch(elsewhere.path() / "kspace" / "b.h5");
  fs::create_directory_symlink(folder.path(), folder.path() / "acc4" / "back");
  fs::create_directory_symlink(elsewhere.path(), folder.path() / "acc8");
  const auto found = find_volumes(folder.path());
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].relative, "acc4/a.h5");
  EXPECT_EQ(found[1].relative, "acc8/b.h5");
}

TEST(SnuLayoutLinks, BrokenFileLinksAreListedAndPipesAreNot) {
  const TemporaryFolder folder;
  fs::create_symlink("nowhere.h5", folder / "a.h5");
  ASSERT_EQ(mkfifo((folder / "pipe.h5").c_str(), 0600), 0);
  const auto found = find_volumes(folder.path());
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].relative, "a.h5");
}

struct BadLayout {
  std::string name;
  std::vector<std::string> files;
  std::string input;
  std::vector<std::string> message;
};

void PrintTo(const BadLayout& layout, std::ostream* stream) {
  *stream << layout.name;
}

class BadSnuLayout : public ::testing::TestWithParam<BadLayout> {};

TEST_P(BadSnuLayout, IsAnErrorThatSaysWhatWasLookedFor) {
  const TemporaryFolder folder;
  for (const std::string& file : GetParam().files) {
    touch(folder / file);
  }
  try {
    find_volumes(folder / GetParam().input);
    ADD_FAILURE() << "no error";
  } catch (const Error& error) {
    for (const std::string& part : GetParam().message) {
      EXPECT_NE(std::string(error.what()).find(part), std::string::npos)
          << "'" << part << "' not in: " << error.what();
    }
  }
}

INSTANTIATE_TEST_SUITE_P(
    Layouts, BadSnuLayout,
    ::testing::ValuesIn(std::vector<BadLayout>{
        {"Missing", {}, "nowhere", {"nowhere", "No such file or directory", "kspace/*.h5"}},
        {"BelowAFile", {"a.h5"}, "a.h5/kspace", {"a.h5/kspace", "kspace/*.h5"}},
        {"Empty", {}, "", {"no .h5 file", "a folder of .h5 files", "acc4/kspace"}},
        {"NoVolume", {"kspace/readme.txt"}, "", {"no .h5 file"}},
        {"OnlyImages", {"image/a.h5"}, "", {"no .h5 file outside folders named 'image'"}},
        {"SameOutputNameByEndings",
         {"a.h5", "a.hdf5"},
         "",
         {"a.h5: found", "a.hdf5", "one volume for each output"}},
        {"NothingButOtherKinds", {"meas.dat"}, "", {"no .h5 file", "dircn_inspect FILE"}},
        {"SameOutputName",
         {"a.h5", "kspace/a.h5"},
         "",
         {"a.h5: found", "kspace/a.h5", "one volume for each output"}}}),
    [](const auto& info) { return info.param.name; });

/// "relative <- file" of every image file, below `root`.
std::vector<std::string> images_in(const fs::path& root, const fs::path& except) {
  std::vector<std::string> found;
  for (const ImageEntry& entry : find_images(root, except)) {
    found.push_back(entry.relative.generic_string() + " <- " +
                    fs::relative(entry.file, root).generic_string());
  }
  return found;
}

TEST(ImageFiles, GetTheNamesOfTheirReconstructions) {
  const TemporaryFolder folder;
  const fs::path root = fs::canonical(folder.path());
  for (const auto& file : kAccelerations) {
    touch(root / file);
  }
  touch(root / "leaderboard/out/acc4/a.h5");
  EXPECT_EQ(
      images_in(root / "leaderboard", root / "leaderboard/out"),
      (std::vector<std::string>{"acc4/a.h5 <- acc4/image/a.h5", "acc8/a.h5 <- acc8/image/a.h5"}));
  EXPECT_EQ(images_in(root / "leaderboard/out", root / "leaderboard"),
            (std::vector<std::string>{"acc4/a.h5 <- acc4/a.h5"}));
  EXPECT_EQ(images_in(root / "leaderboard/acc4", ""),
            (std::vector<std::string>{"a.h5 <- image/a.h5"}));
  touch(root / "train/kspace/a.h5");
  EXPECT_THROW(find_images(root / "train", root / "nowhere"), Error);
}

TEST(FilesIfAny, AreNoneInAFolderWithout) {
  const TemporaryFolder folder;
  touch(folder / "train/kspace/a.h5");
  touch(folder / "val/image/b.h5");
  EXPECT_EQ(find_volumes_if_any(folder / "train").size(), 1u);
  EXPECT_TRUE(find_images_if_any(folder / "train", "").empty());
  EXPECT_EQ(find_images_if_any(folder / "val", "").size(), 1u);
  EXPECT_TRUE(find_volumes_if_any(folder / "val").empty());
}

TEST(FilesIfAny, StillRefuseWhatIsWrong) {
  const TemporaryFolder folder;
  touch(folder / "a.h5");
  touch(folder / "kspace/a.h5");
  touch(folder / "image/a.h5");
  EXPECT_THROW(find_volumes_if_any(folder.path()), Error);
  EXPECT_THROW(find_images_if_any(folder.path(), ""), Error);
  EXPECT_THROW(find_volumes_if_any(folder / "nowhere"), Error);
}

}  // namespace
}  // namespace dircn::volume_tree_test
