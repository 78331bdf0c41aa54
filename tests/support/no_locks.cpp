#include "support/no_locks.h"

#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>

namespace dircn::testing {
namespace {

std::atomic<int> flock_error{0};

}  // namespace

NoLocks::NoLocks(int error) {
  flock_error = error;
}

NoLocks::~NoLocks() {
  flock_error = 0;
}

}  // namespace dircn::testing

/// In place of the C library's, for dircn and for HDF5.
extern "C" int flock(int descriptor, int operation) noexcept {
  const int error = dircn::testing::flock_error;
  if (error == 0) {
    return static_cast<int>(::syscall(SYS_flock, descriptor, operation));
  }
  errno = error;
  return -1;
}
