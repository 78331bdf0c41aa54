#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace dircn {

/// The number that `count` bytes make, the lowest first.
inline uint64_t little_endian(const unsigned char* bytes, size_t count) {
  uint64_t value = 0;
  while (count > 0) {
    value = value << 8U | bytes[--count];
  }
  return value;
}

/// Appends the `count` low bytes of a number, the lowest first.
inline void append_little_endian(std::string& to, uint64_t value, size_t count) {
  for (size_t i = 0; i < count; ++i) {
    to += static_cast<char>(value >> (8 * i) & 0xFFU);
  }
}

}  // namespace dircn
