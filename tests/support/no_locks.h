#pragma once

namespace dircn::testing {

/// While one of these lives, flock(2) fails in this process with `error`, as on file systems
/// without locks.
class NoLocks {
 public:
  explicit NoLocks(int error);
  ~NoLocks();
  NoLocks(const NoLocks&) = delete;
  NoLocks& operator=(const NoLocks&) = delete;
};

}  // namespace dircn::testing
