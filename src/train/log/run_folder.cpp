#include "dircn/train/run_folder.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>
#include <regex>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "dircn/core/atomic_file.h"
#include "dircn/core/error.h"
#include "dircn/core/file_lock.h"
#include "dircn/core/log.h"

namespace dircn {
namespace fs = std::filesystem;
namespace {

/// The epoch in the name of a checkpoint; none if it is no epoch's.
std::optional<int64_t> epoch_of(const fs::path& file) {
  static const std::regex pattern("epoch-([0-9]{4,9})\\.pt");
  std::smatch match;
  const std::string name = file.filename().string();
  return std::regex_match(name, match, pattern) ? std::optional<int64_t>(std::stoll(match[1]))
                                                : std::nullopt;
}

fs::path epoch_name(int64_t epoch) {
  const std::string digits = std::to_string(epoch);
  return "epoch-" + std::string(4 - std::min<size_t>(4, digits.size()), '0') + digits + ".pt";
}

}  // namespace

RunFolder::RunFolder(fs::path path) : path_(std::move(path)), lock_(-1) {
  std::error_code error;
  fs::create_directories(path_, error);
  lock_ = ::open((path_ / ".lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  require(lock_ >= 0, [&] {
    return Error::Parts{path_.string(), std::strerror(errno), "a folder that can be written",
                        "Choose another --output."};
  });
  const FileLock lock = lock_file(lock_, /*exclusive=*/true);
  if (lock == FileLock::held_by_another) {
    ::close(lock_);
    throw Error({path_.string(), "a run folder in use by another process",
                 "a folder for this run alone",
                 "Wait for the other run, or choose another --output."});
  }
  if (lock == FileLock::not_available) {
    log_warning(path_.string() +
                ": its file system has no locks, so that a second run into this folder would not "
                "be noticed");
  }
  remove_leftovers();
}

void RunFolder::remove_leftovers() const {
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(path_, error)) {
    const std::string name = entry.path().filename().string();
    if (name.front() == '.' && entry.path().extension() == ".tmp") {
      fs::remove(entry.path(), error);
    }
  }
}

RunFolder::~RunFolder() {
  ::close(lock_);
}

void RunFolder::keep_epoch(int64_t epoch, int64_t keep) const {
  std::error_code error;
  std::vector<fs::path> outdated;
  for (const auto& entry : fs::directory_iterator(path_, error)) {
    const auto of = epoch_of(entry.path());
    if (of && (*of <= epoch - keep || *of >= epoch)) {  // later ones are of a run that went on
      outdated.push_back(entry.path());
    }
  }
  for (const auto& file : outdated) {
    fs::remove(file, error);
  }
  if (keep > 0) {
    AtomicFile kept(path_ / epoch_name(epoch));
    fs::remove(kept.temporary(), error);
    fs::create_hard_link(last(), kept.temporary(), error);
    if (error) {  // a file system without links
      fs::copy_file(last(), kept.temporary(), error);
    }
    require(!error, [&] {
      return Error::Parts{kept.temporary().string(), error.message(), "a file that can be written",
                          "Check that its folder has space left, or set train.keep to 0."};
    });
    kept.commit();
  }
}

}  // namespace dircn
