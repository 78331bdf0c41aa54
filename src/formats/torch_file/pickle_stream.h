#pragma once

#include <cstdint>
#include <string>

namespace dircn {

/// The bytes of a pickle, read from the front. Every read throws `Error` naming the file if too few
/// are left.
class PickleStream {
 public:
  PickleStream(std::string name, std::string bytes)
      : name_(std::move(name)), bytes_(std::move(bytes)) {}

  size_t position() const { return position_; }
  /// Little-endian, `bytes` wide.
  uint64_t take_unsigned(int bytes);
  /// Opcode LONG1: a length byte and a signed little-endian integer; beyond 64 bits is an `Error`.
  int64_t take_long();
  /// Big-endian, as pickles store it.
  double take_double();
  std::string take_text(uint64_t length);
  /// Up to the next newline, which is dropped.
  std::string take_line();

 private:
  const unsigned char* take(uint64_t count);

  std::string name_;
  std::string bytes_;
  size_t position_ = 0;
};

}  // namespace dircn
