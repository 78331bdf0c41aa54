#include <gtest/gtest.h>

#include <csignal>
#include <fstream>

#include "dircn/core/atomic_file.h"
#include "dircn/core/error.h"
#include "dircn/core/interrupt.h"
#include "dircn/core/log.h"
#include "dircn/core/progress.h"
#include "support/paths.h"

namespace dircn::core_test {
namespace {

namespace fs = std::filesystem;
using testing::read_file;
using testing::TemporaryFolder;

TEST(Error, SaysWhatWhereAndWhatToDo) {
  const Error error({"a.h5: kspace", "rank 3", "rank 4", "Write [S, C, H, W]."});
  EXPECT_STREQ(error.what(), "a.h5: kspace: found rank 3; expected rank 4. Write [S, C, H, W].");
  EXPECT_STREQ(Error({"a", "b", "", ""}).what(), "a: found b");
}

TEST(Require, BuildsItsMessageOnlyWhenItFails) {
  bool built = false;
  const auto parts = [&] {
    built = true;
    return Error::Parts{"x", "y", "", ""};
  };
  require(true, parts);
  EXPECT_FALSE(built);
  EXPECT_THROW(require(false, parts), Error);
}

TEST(AtomicFile, AppearsWhole) {
  const TemporaryFolder folder;
  const auto path = folder / "sub/file.txt";
  AtomicFile file(path);
  std::ofstream(file.temporary()) << "content";
  EXPECT_FALSE(fs::exists(path));
  file.commit();
  EXPECT_EQ(read_file(path), "content");
  EXPECT_EQ(std::distance(fs::directory_iterator(path.parent_path()), fs::directory_iterator()), 1);
}

TEST(AtomicFile, TakesItsContentAtOnce) {
  const TemporaryFolder folder;
  const std::string content("all\0of it", 9);
  AtomicFile(folder / "file").commit(content);
  EXPECT_EQ(read_file(folder / "file"), content);
  AtomicFile(folder / "file").commit("");
  EXPECT_EQ(read_file(folder / "file"), "");
}

TEST(AtomicFile, LeavesNothingWithoutCommit) {
  const TemporaryFolder folder;
  { AtomicFile file(folder / "file.txt"); }
  EXPECT_TRUE(fs::is_empty(folder.path()));
}

TEST(AtomicFile, KeepsTheOldFileUntilCommit) {
  const TemporaryFolder folder;
  testing::write_file(folder / "file.txt", "old");
  {
    AtomicFile file(folder / "file.txt");
    std::ofstream(file.temporary()) << "new";
  }
  EXPECT_EQ(read_file(folder / "file.txt"), "old");
}

TEST(AtomicFile, NamesAFolderThatCannotBeWritten) {
  const TemporaryFolder folder;
  testing::write_file(folder / "occupied", "a file, not a folder");
  try {
    AtomicFile file(folder / "occupied/file.txt");
    FAIL();
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("occupied/file.txt"), std::string::npos)
        << error.what();
  }
}

TEST(Progress, SaysHowFarHowFastAndHowLong) {
  EXPECT_EQ(progress_text(0, 8, 1, "slices"), "0/8 slices");
  EXPECT_EQ(progress_text(4, 8, 2, "slices"), "4/8 slices, 2 slices/s, 2 s left");
  EXPECT_EQ(progress_text(8, 8, 4, "slices"), "8/8 slices, 2 slices/s");
  EXPECT_EQ(progress_text(1, 101, 1.25, "slices"), "1/101 slices, 0.8 slices/s, 2 min 05 s left");
  EXPECT_EQ(progress_text(1, 7621, 1, "slices"), "1/7621 slices, 1 slices/s, 2 h 07 min left");
}

TEST(Progress, SaysDurationsAsPeopleDo) {
  EXPECT_EQ(duration_text(0.2), "1 s");
  EXPECT_EQ(duration_text(59.5), "1 min 00 s");
  EXPECT_EQ(duration_text(3600 + 7 * 60), "1 h 07 min");
}

TEST(Log, GoesToTheEndOfAFile) {
  const testing::TemporaryFolder folder;
  testing::write_file(folder / "log", "earlier\n");
  set_log_file((folder / "log").string());
  log_info("{} is no placeholder");
  log_to_file_only("quiet");
  const auto text = testing::read_file(folder / "log");
  EXPECT_EQ(text.rfind("earlier\n", 0), 0U);
  EXPECT_NE(text.find("info: {} is no placeholder\n"), std::string::npos) << text;
  EXPECT_NE(text.find("info: quiet\n"), std::string::npos) << text;
  EXPECT_THROW(set_log_file((folder / "log/inside").string()), std::exception);
}

TEST(InterruptDeathTest, FirstSignalIsNotedTheSecondEnds) {
  EXPECT_EXIT(
      {
        catch_interrupts();
        if (interrupted()) {
          std::_Exit(1);
        }
        std::raise(SIGTERM);
        std::_Exit(interrupted() ? 0 : 1);
      },
      ::testing::ExitedWithCode(0), "");
  EXPECT_EXIT(
      {
        catch_interrupts();
        std::raise(SIGINT);
        std::raise(SIGINT);
        std::_Exit(0);
      },
      ::testing::KilledBySignal(SIGINT), "");
}

}  // namespace
}  // namespace dircn::core_test
