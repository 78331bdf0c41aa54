#include "dircn/train/run_folder.h"

#include <gtest/gtest.h>

#include <cerrno>

#include "dircn/core/error.h"
#include "support/no_locks.h"
#include "support/paths.h"
#include "train/log/metrics_log.h"

namespace dircn::run_folder_test {
namespace {

using testing::TemporaryFolder;

TEST(RunFolder, BelongsToOneRunAtATime) {
  const TemporaryFolder folder;
  {
    const RunFolder first(folder / "run");
    try {
      const RunFolder second(folder / "run");
      FAIL() << "two runs in one folder";
    } catch (const Error& error) {
      EXPECT_NE(error.parts().found.find("in use"), std::string::npos) << error.what();
    }
  }
  EXPECT_NO_THROW(RunFolder(folder / "run"));
}

TEST(RunFolder, GoesOnWithAWarningWhereThereAreNoLocks) {
  const TemporaryFolder folder;
  const testing::NoLocks without(ENOLCK);
  ::testing::internal::CaptureStderr();
  EXPECT_NO_THROW(RunFolder(folder / "run"));
  const std::string log = ::testing::internal::GetCapturedStderr();
  EXPECT_NE(log.find("its file system has no locks"), std::string::npos) << log;
}

TEST(RunFolder, RefusesAPathThatIsAFile) {
  const TemporaryFolder folder;
  testing::write_file(folder / "file", "");
  EXPECT_THROW(RunFolder(folder / "file"), Error);
}

TEST(MetricsLog, IsWoundBackToACheckpoint) {
  const TemporaryFolder folder;
  const auto path = folder / "metrics.jsonl";
  int64_t size = 0;
  {
    MetricsLog log(path, 0);
    log.append("{\"a\":1}");
    size = log.synced_size();
    log.append("{\"b\":2}");
  }
  MetricsLog(path, size).append("{\"c\":3}");
  EXPECT_EQ(testing::read_file(path), "{\"a\":1}\n{\"c\":3}\n");
  MetricsLog(path, 1000).append("{\"d\":4}");
  EXPECT_EQ(testing::read_file(path), "{\"a\":1}\n{\"c\":3}\n{\"d\":4}\n");
  const MetricsLog anew(path, 0);
  EXPECT_EQ(testing::read_file(path), "");
}

TEST(RunFolder, RemovesWhatAKilledProcessLeftUnfinished) {
  const TemporaryFolder folder;
  testing::write_file(folder / "run/.last.pt.123-0.tmp", "half a checkpoint");
  testing::write_file(folder / "run/notes.tmp", "somebody's");
  const RunFolder run(folder / "run");
  EXPECT_FALSE(std::filesystem::exists(folder / "run/.last.pt.123-0.tmp"));
  EXPECT_TRUE(std::filesystem::exists(folder / "run/notes.tmp"));
}

}  // namespace
}  // namespace dircn::run_folder_test
