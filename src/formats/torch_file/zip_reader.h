#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <vector>

namespace dircn {

/// Reads uncompressed zip archives, the container of `torch.save`, checking every record's CRC-32.
///
/// LibTorch's `PyTorchStreamReader` is not used: it does not look at the CRC (a flipped bit would
/// become a wrong weight) and allocates whatever size a record claims. Here nothing that is read
/// exceeds the file's own size, neither one record nor all of them together.
class ZipReader {
 public:
  /// Reads the table of contents. Throws `Error` naming the file if it cannot be read, is no zip
  /// archive, or is truncated, compressed or damaged.
  explicit ZipReader(const std::filesystem::path& path);

  /// Record names without the archive's one top folder, whatever its name.
  bool has(const std::string& name) const { return records_.count(name) > 0; }
  /// Size in bytes; throws `Error` if there is no such record.
  uint64_t size(const std::string& name) const { return record(name).size; }
  /// Reads a whole record into `destination`, which holds `size(name)` bytes.
  void read(const std::string& name, void* destination);

 private:
  struct Record {
    uint64_t header_offset = 0;
    uint64_t size = 0;
    uint32_t crc = 0;
    bool plain = true;
  };
  struct Directory {
    uint64_t offset = 0;
    uint64_t size = 0;
    uint64_t entries = 0;
  };

  Directory find_directory();
  void read_directory(const Directory& directory);
  void add_entry(const unsigned char* entry, size_t name_length, size_t extra_length);
  const Record& record(const std::string& name) const;
  void read_at(uint64_t offset, void* destination, uint64_t size);
  [[noreturn]] void fail(const std::string& found) const;

  std::filesystem::path path_;
  std::ifstream stream_;
  uint64_t file_size_ = 0;
  uint64_t bytes_read_ = 0;
  std::map<std::string, Record> records_;
};

}  // namespace dircn
