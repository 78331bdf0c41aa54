#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace dircn {

/// The bytes of a pickle, read from `position` on; they must outlive this. Every read throws
/// `Error` naming the file if too few are left.
class PickleStream {
 public:
  PickleStream(std::string name, std::string_view bytes, size_t position)
      : name_(std::move(name)), bytes_(bytes), position_(position) {}

  size_t position() const { return position_; }
  /// Little-endian, `bytes` wide.
  uint64_t take_unsigned(int bytes);
  /// A signed little-endian integer, `bytes` wide; none where that is more than 64 bits.
  std::optional<int64_t> take_signed(uint64_t bytes);
  /// Big-endian, as pickles store it.
  double take_double();
  std::string take_text(uint64_t length);
  void skip(uint64_t count) { take(count); }
  /// Up to the next newline, which is dropped.
  std::string take_line();

 private:
  const unsigned char* take(uint64_t count);

  std::string name_;
  std::string_view bytes_;
  size_t position_;
};

}  // namespace dircn
