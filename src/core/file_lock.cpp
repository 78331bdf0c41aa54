#include "dircn/core/file_lock.h"

#include <sys/file.h>

#include <cerrno>

namespace dircn {

FileLock file_lock_of(int error) {
  if (error == 0) {
    return FileLock::taken;
  }
  return error == EWOULDBLOCK ? FileLock::held_by_another : FileLock::not_available;
}

FileLock lock_file(int descriptor, bool exclusive) {
  const int result = ::flock(descriptor, (exclusive ? LOCK_EX : LOCK_SH) | LOCK_NB);
  return file_lock_of(result == 0 ? 0 : errno);
}

}  // namespace dircn
