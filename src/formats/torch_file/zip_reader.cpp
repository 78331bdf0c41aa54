#include "formats/torch_file/zip_reader.h"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

#include "dircn/core/error.h"
#include "dircn/core/text.h"
#include "formats/little_endian.h"

// The field offsets below are those of the ZIP file format specification (APPNOTE.TXT),
// sections 4.3.6 to 4.5.3.

namespace dircn {
namespace {

constexpr size_t kEndSize = 22;      // end of central directory, without its comment
constexpr size_t kLocatorSize = 20;  // zip64 end of central directory locator
constexpr size_t kEnd64Size = 56;    // zip64 end of central directory
constexpr size_t kEntrySize = 46;  // central directory entry, without name, extra field and comment
constexpr size_t kHeaderSize = 30;  // local file header, without name and extra field
constexpr uint32_t kSeeZip64 = 0xFFFFFFFF;

uint16_t u16(const unsigned char* bytes) {
  return static_cast<uint16_t>(little_endian(bytes, 2));
}
uint32_t u32(const unsigned char* bytes) {
  return static_cast<uint32_t>(little_endian(bytes, 4));
}
uint64_t u64(const unsigned char* bytes) {
  return little_endian(bytes, 8);
}

bool has_signature(const unsigned char* bytes, const char (&signature)[5]) {
  return std::memcmp(bytes, signature, 4) == 0;
}

}  // namespace

ZipReader::ZipReader(const std::filesystem::path& path) : path_(path) {
  std::error_code error;
  require(std::filesystem::is_regular_file(path, error), [&] {
    const bool there = std::filesystem::exists(path);
    return Error::Parts{path.string(), there ? "something that is not a file" : "no such file",
                        "a torch.save file"};
  });
  file_size_ = std::filesystem::file_size(path, error);
  stream_.open(path, std::ios::binary);
  require(!error && stream_.is_open(), [&] {
    return Error::Parts{path.string(), std::strerror(errno), "a file that can be read",
                        "Check its permissions."};
  });
  read_directory(find_directory());
}

void ZipReader::fail(const std::string& found) const {
  throw Error(
      {path_.string(), found, "a whole torch.save file (an uncompressed zip archive)",
       "It was probably cut off or damaged while being written or copied: fetch it again."});
}

void ZipReader::read_at(uint64_t offset, void* destination, uint64_t size) {
  if (offset > file_size_ || size > file_size_ - offset) {
    fail("a record that reaches beyond the file's " + std::to_string(file_size_) + " bytes");
  }
  stream_.clear();
  stream_.seekg(static_cast<std::streamoff>(offset));
  stream_.read(static_cast<char*>(destination), static_cast<std::streamsize>(size));
  if (!stream_ && size > 0) {
    fail("a read error at byte " + std::to_string(offset));
  }
}

ZipReader::Directory ZipReader::find_directory() {
  if (file_size_ < kEndSize) {
    fail("only " + std::to_string(file_size_) + " bytes");
  }
  // The end record may be followed by a comment of up to 65535 bytes.
  std::vector<unsigned char> tail(std::min<uint64_t>(file_size_, kEndSize + 0xFFFF));
  read_at(file_size_ - tail.size(), tail.data(), tail.size());
  size_t end = tail.size() - kEndSize;
  while (!has_signature(&tail[end], "PK\5\6")) {
    if (end-- == 0) {
      fail("no table of contents at its end");
    }
  }
  Directory directory{u32(&tail[end + 16]), u32(&tail[end + 12]), u16(&tail[end + 10])};
  if (end >= kLocatorSize && has_signature(&tail[end - kLocatorSize], "PK\6\7")) {
    std::array<unsigned char, kEnd64Size> end64{};
    read_at(u64(&tail[end - kLocatorSize + 8]), end64.data(), end64.size());
    if (!has_signature(end64.data(), "PK\6\6")) {
      fail("a damaged table of contents");
    }
    directory = {u64(&end64[48]), u64(&end64[40]), u64(&end64[32])};
  }
  return directory;
}

void ZipReader::read_directory(const Directory& directory) {
  if (directory.size > file_size_) {
    fail("a table of contents larger than the file");
  }
  std::vector<unsigned char> table(directory.size);
  read_at(directory.offset, table.data(), table.size());
  size_t position = 0;
  for (uint64_t i = 0; i < directory.entries; ++i) {
    const unsigned char* entry = table.data() + position;
    if (table.size() - position < kEntrySize || !has_signature(entry, "PK\1\2")) {
      fail("a damaged table of contents");
    }
    const size_t name_length = u16(entry + 28);
    const size_t extra_length = u16(entry + 30);
    const size_t length = kEntrySize + name_length + extra_length + u16(entry + 32);
    if (table.size() - position < length) {
      fail("a damaged table of contents");
    }
    add_entry(entry, name_length, extra_length);
    position += length;
  }
}

void ZipReader::add_entry(const unsigned char* entry, size_t name_length, size_t extra_length) {
  const std::string full_name(reinterpret_cast<const char*>(entry + kEntrySize), name_length);
  const std::string name = full_name.substr(full_name.find('/') + 1);
  // Neither compressed nor encrypted.
  const bool plain = u16(entry + 10) == 0 && (u16(entry + 8) & 1U) == 0;
  Record record{u32(entry + 42), u32(entry + 24), u32(entry + 16), plain};
  const unsigned char* extra = entry + kEntrySize + name_length;
  const unsigned char* const extra_end = extra + extra_length;
  while (extra_end - extra >= 4) {
    const size_t length = u16(extra + 2);
    const unsigned char* field = extra + 4;
    if (static_cast<size_t>(extra_end - field) < length) {
      fail("a damaged table of contents");
    }
    extra = field + length;
    if (u16(field - 4) != 1) {
      continue;  // not the zip64 field
    }
    // It holds those of size, compressed size and offset, in this order, that do not fit into 32
    // bits.
    uint64_t compressed_size = 0;
    const std::array<std::pair<size_t, uint64_t*>, 3> wide_fields{
        {{24, &record.size}, {20, &compressed_size}, {42, &record.header_offset}}};
    for (const auto& [offset, value] : wide_fields) {
      if (u32(entry + offset) == kSeeZip64 && extra - field >= 8) {
        *value = u64(field);
        field += 8;
      }
    }
  }
  if (!records_.emplace(name, record).second) {
    fail("two records of the name " + excerpt(full_name));
  }
}

const ZipReader::Record& ZipReader::record(const std::string& name) const {
  const auto place = records_.find(name);
  if (place == records_.end()) {
    fail("no record " + excerpt(name));
  }
  return place->second;
}

void ZipReader::read(const std::string& name, void* destination) {
  const Record& wanted = record(name);
  if (!wanted.plain) {
    fail("a compressed or encrypted record " + excerpt(name));
  }
  bytes_read_ += std::min(wanted.size, file_size_);
  if (wanted.size > file_size_ || bytes_read_ > file_size_) {
    fail("records that together are larger than the file");
  }
  std::array<unsigned char, kHeaderSize> header{};
  read_at(wanted.header_offset, header.data(), header.size());
  if (!has_signature(header.data(), "PK\3\4")) {
    fail("a damaged header of the record " + excerpt(name));
  }
  read_at(wanted.header_offset + kHeaderSize + u16(&header[26]) + u16(&header[28]), destination,
          wanted.size);
  if (::crc32_z(0, static_cast<const Bytef*>(destination), wanted.size) != wanted.crc) {
    fail("a wrong checksum of the record " + excerpt(name));
  }
}

}  // namespace dircn
