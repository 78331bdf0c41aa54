#include "formats/tensorboard/protobuf.h"

#include <cstring>

#include "formats/little_endian.h"

namespace dircn {
namespace {

// How a field's value is encoded.
constexpr unsigned kVarint = 0;
constexpr unsigned kEightBytes = 1;
constexpr unsigned kLengthThenBytes = 2;
constexpr unsigned kFourBytes = 5;

}  // namespace

uint32_t crc32c(std::string_view bytes) {
  constexpr uint32_t kReversedPolynomial = 0x82F63B78U;
  uint32_t crc = ~0U;
  for (const char c : bytes) {
    crc ^= static_cast<unsigned char>(c);
    for (int bit = 0; bit < 8; ++bit) {
      crc = (crc >> 1U) ^ ((crc & 1U) * kReversedPolynomial);
    }
  }
  return ~crc;
}

ProtobufMessage& ProtobufMessage::add_integer(int field, int64_t value) {
  append_key(field, kVarint);
  append_varint(static_cast<uint64_t>(value));
  return *this;
}

ProtobufMessage& ProtobufMessage::add_float(int field, float value) {
  uint32_t bits = 0;
  std::memcpy(&bits, &value, sizeof bits);
  append_key(field, kFourBytes);
  append_little_endian(bytes_, bits, 4);
  return *this;
}

ProtobufMessage& ProtobufMessage::add_double(int field, double value) {
  uint64_t bits = 0;
  std::memcpy(&bits, &value, sizeof bits);
  append_key(field, kEightBytes);
  append_little_endian(bytes_, bits, 8);
  return *this;
}

ProtobufMessage& ProtobufMessage::add_bytes(int field, std::string_view value) {
  append_key(field, kLengthThenBytes);
  append_varint(value.size());
  bytes_ += value;
  return *this;
}

void ProtobufMessage::append_key(int field, unsigned wire_type) {
  append_varint((static_cast<uint64_t>(field) << 3U) | wire_type);
}

void ProtobufMessage::append_varint(uint64_t value) {
  for (; value > 0x7FU; value >>= 7U) {
    bytes_ += static_cast<char>((value & 0x7FU) | 0x80U);
  }
  bytes_ += static_cast<char>(value);
}

}  // namespace dircn
