#include "train/log/metrics_log.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "dircn/core/error.h"
#include "dircn/core/write_fully.h"

namespace dircn {

MetricsLog::MetricsLog(std::filesystem::path path, int64_t keep)
    : path_(std::move(path)),
      file_(::open(path_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666)) {
  if (file_ < 0) {
    fail(errno);
  }
  // A file that lost its end (a crash of the machine, say) is not to grow by zeros.
  const off_t size = std::min<off_t>(::lseek(file_, 0, SEEK_END), keep);
  if (::ftruncate(file_, size) != 0) {
    const int reason = errno;
    ::close(file_);
    fail(reason);
  }
}

MetricsLog::~MetricsLog() {
  ::close(file_);
}

void MetricsLog::append(const std::string& json) {
  const int reason = write_fully(file_, json + "\n");
  if (reason != 0) {
    fail(reason);
  }
}

int64_t MetricsLog::synced_size() {
  if (::fsync(file_) != 0) {
    fail(errno);
  }
  return ::lseek(file_, 0, SEEK_END);
}

void MetricsLog::fail(int reason) const {
  throw Error({path_.string(), std::strerror(reason), "a file that can be written",
               "Check that its folder may be written and has space left."});
}

}  // namespace dircn
