#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace dircn {

/// A file of JSON lines that a resumed run can wind back: a checkpoint keeps `synced_size()`, and
/// lines that were written after it go when training continues from it, since they will come again.
class MetricsLog {
 public:
  /// Continues the file at `path` after its first `keep` bytes; 0 begins anew. Throws `Error` if it
  /// cannot be written.
  MetricsLog(std::filesystem::path path, int64_t keep);
  ~MetricsLog();
  MetricsLog(const MetricsLog&) = delete;
  MetricsLog& operator=(const MetricsLog&) = delete;

  /// Adds one line, whole, to the file. Throws `Error` if the disk refuses it.
  void append(const std::string& json);

  /// Bytes so far, after they have been brought to the disk.
  int64_t synced_size();

 private:
  [[noreturn]] void fail(int reason) const;

  std::filesystem::path path_;
  int file_;  // descriptor
};

}  // namespace dircn
