#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace dircn {

/// The CRC-32C (Castagnoli; RFC 3720) of some bytes.
uint32_t crc32c(std::string_view bytes);

/// Builds one protocol-buffer message, field by field. A message within a message is added as the
/// bytes of its own writer.
class ProtobufMessage {
 public:
  ProtobufMessage& add_integer(int field, int64_t value);
  ProtobufMessage& add_float(int field, float value);
  ProtobufMessage& add_double(int field, double value);
  ProtobufMessage& add_bytes(int field, std::string_view value);

  const std::string& bytes() const { return bytes_; }

 private:
  void append_key(int field, unsigned wire_type);
  void append_varint(uint64_t value);

  std::string bytes_;
};

}  // namespace dircn
