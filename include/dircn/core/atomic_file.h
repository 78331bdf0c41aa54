#pragma once

#include <filesystem>
#include <string_view>

namespace dircn {

/// A hidden name beside `path`, on the same file system; each call in each process gets another
/// one.
std::filesystem::path hidden_beside(const std::filesystem::path& path);

/// A file that appears whole or not at all: write to `temporary()`, then `commit()`, which syncs it
/// to the disk and renames it to its final name. Destroyed without a commit, it leaves nothing
/// behind.
///
///     AtomicFile file(path);
///     write_everything_to(file.temporary());
///     file.commit();
class AtomicFile {
 public:
  /// Creates missing parent folders. Throws `Error` if the folder cannot be written.
  explicit AtomicFile(std::filesystem::path final_path);
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  /// Where to write: hidden, beside the final name (same file system), unique to this process.
  const std::filesystem::path& temporary() const { return temporary_; }

  /// Throws `Error` if the data cannot be made durable (a full disk, say); then nothing appears.
  void commit();

  /// Writes `content` as the whole file, and commits. Throws `Error` as above.
  void commit(std::string_view content);

 private:
  std::filesystem::path final_path_;
  std::filesystem::path temporary_;
  bool committed_ = false;
};

}  // namespace dircn
