#include "dircn/core/atomic_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <string>
#include <system_error>

#include "dircn/core/error.h"

namespace dircn {
namespace fs = std::filesystem;
namespace {

constexpr const char* kAdvice = "Check that the folder exists, may be written and has space left.";

void sync_to_disk(const fs::path& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  const bool synced = descriptor >= 0 && ::fsync(descriptor) == 0;
  const int reason = errno;
  if (descriptor >= 0) {
    ::close(descriptor);
  }
  require(synced, [&] {
    return Error::Parts{path.string(), std::strerror(reason),
                        "a file that can be written to the disk", kAdvice};
  });
}

fs::path folder_of(const fs::path& path) {
  return path.has_parent_path() ? path.parent_path() : fs::path(".");
}

}  // namespace

fs::path hidden_beside(const fs::path& path) {
  static std::atomic<int> counter{0};
  return folder_of(path) / ("." + path.filename().string() + "." + std::to_string(::getpid()) +
                            "-" + std::to_string(counter++) + ".tmp");
}

AtomicFile::AtomicFile(fs::path final_path)
    : final_path_(std::move(final_path)), temporary_(hidden_beside(final_path_)) {
  std::error_code error;
  fs::create_directories(folder_of(final_path_), error);
  const int descriptor = ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  require(descriptor >= 0, [&] {
    return Error::Parts{final_path_.string(), std::strerror(errno), "a folder that can be written",
                        kAdvice};
  });
  ::close(descriptor);
}

AtomicFile::~AtomicFile() {
  if (!committed_) {
    std::error_code ignored;
    fs::remove(temporary_, ignored);
  }
}

void AtomicFile::commit(std::string_view content) {
  std::FILE* stream = std::fopen(temporary_.c_str(), "wb");
  bool whole =
      stream != nullptr && std::fwrite(content.data(), 1, content.size(), stream) == content.size();
  int reason = errno;
  if (stream != nullptr && std::fclose(stream) != 0 && whole) {
    whole = false;
    reason = errno;
  }
  require(whole, [&] {
    return Error::Parts{final_path_.string(), std::strerror(reason), "a file that can be written",
                        "Free some space on that disk, or choose another folder."};
  });
  commit();
}

void AtomicFile::commit() {
  sync_to_disk(temporary_);
  std::error_code error;
  fs::rename(temporary_, final_path_, error);
  require(!error, [&] {
    return Error::Parts{final_path_.string(), error.message(), "a name that can be written",
                        kAdvice};
  });
  committed_ = true;
  sync_to_disk(folder_of(final_path_));
}

}  // namespace dircn
