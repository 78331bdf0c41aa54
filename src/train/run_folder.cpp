#include "dircn/train/run_folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <system_error>
#include <utility>

#include "dircn/core/error.h"

namespace dircn {
namespace fs = std::filesystem;

RunFolder::RunFolder(fs::path path) : path_(std::move(path)), lock_(-1) {
  std::error_code error;
  fs::create_directories(path_, error);
  lock_ = ::open((path_ / ".lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  require(lock_ >= 0, [&] {
    return Error::Parts{path_.string(), std::strerror(errno), "a folder that can be written",
                        "Choose another --output."};
  });
  const bool locked = ::flock(lock_, LOCK_EX | LOCK_NB) == 0;
  const int reason = errno;
  if (!locked) {
    ::close(lock_);
  }
  require(locked, [&] {
    const std::string found =
        reason == EWOULDBLOCK ? "a run folder in use by another process" : std::strerror(reason);
    return Error::Parts{path_.string(), found, "a folder for this run alone",
                        "Wait for the other run, or choose another --output."};
  });
}

RunFolder::~RunFolder() {
  ::close(lock_);
}

}  // namespace dircn
