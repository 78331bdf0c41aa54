#include "dircn/core/file_lock.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include <cerrno>

namespace dircn::file_lock_test {
namespace {

class LockedFile : public ::testing::Test {
 protected:
  LockedFile() : first_(::mkstemp(name_)), second_(::open(name_, O_RDONLY)) {}
  ~LockedFile() override {
    ::close(first_);
    ::close(second_);
    ::unlink(name_);
  }

  char name_[32] = "/tmp/dircn-lock-XXXXXX";
  int first_;
  int second_;
};

TEST_F(LockedFile, IsForManyReadersOrOneWriter) {
  EXPECT_EQ(lock_file(first_, /*exclusive=*/false), FileLock::taken);
  EXPECT_EQ(lock_file(second_, /*exclusive=*/false), FileLock::taken);
  EXPECT_EQ(lock_file(first_, /*exclusive=*/true), FileLock::held_by_another);
  ::close(second_);
  second_ = ::open(name_, O_RDONLY);
  EXPECT_EQ(lock_file(first_, /*exclusive=*/true), FileLock::taken);
  EXPECT_EQ(lock_file(second_, /*exclusive=*/false), FileLock::held_by_another);
}

TEST(FileLockOf, TellsALockThatIsHeldFromAFileSystemWithoutLocks) {
  constexpr int kNotSupportedByNfs = 524;  // the kernel's ENOTSUPP
  EXPECT_EQ(file_lock_of(0), FileLock::taken);
  EXPECT_EQ(file_lock_of(EAGAIN), FileLock::held_by_another);
  for (const int error : {ENOLCK, EOPNOTSUPP, ENOSYS, EINVAL, kNotSupportedByNfs}) {
    EXPECT_EQ(file_lock_of(error), FileLock::not_available) << error;
  }
}

}  // namespace
}  // namespace dircn::file_lock_test
