#include "formats/torch_file/pickle_stream.h"

#include <cstring>

#include "dircn/core/error.h"
#include "formats/little_endian.h"

namespace dircn {

const unsigned char* PickleStream::take(uint64_t count) {
  require(count <= bytes_.size() - position_, [&] {
    return Error::Parts{name_, "a pickle that ends too early", "a whole torch.save file",
                        "The file is damaged: fetch it again."};
  });
  const auto* start = reinterpret_cast<const unsigned char*>(bytes_.data()) + position_;
  position_ += count;
  return start;
}

uint64_t PickleStream::take_unsigned(int bytes) {
  return little_endian(take(bytes), bytes);
}

std::string PickleStream::take_text(uint64_t length) {
  const unsigned char* start = take(length);
  return std::string(start, start + length);
}

std::string PickleStream::take_line() {
  const size_t end = bytes_.find('\n', position_);
  std::string line = take_text((end == std::string::npos ? bytes_.size() : end) - position_);
  take(1);
  return line;
}

double PickleStream::take_double() {
  const unsigned char* start = take(8);
  uint64_t bits = 0;
  for (int i = 0; i < 8; ++i) {
    bits = bits << 8 | start[i];
  }
  double value = 0;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

std::optional<int64_t> PickleStream::take_signed(uint64_t bytes) {
  if (bytes > sizeof(int64_t)) {
    skip(bytes);
    return std::nullopt;
  }
  const auto length = static_cast<int>(bytes);
  uint64_t value = take_unsigned(length);
  const bool negative = length > 0 && (value >> (8 * length - 1) & 1U) != 0;
  if (negative && length < 8) {
    value |= ~uint64_t{0} << (8 * length);
  }
  return static_cast<int64_t>(value);
}

}  // namespace dircn
