#include "dircn/core/text.h"

#include <algorithm>
#include <array>
#include <cstdio>

namespace dircn {

std::string four_digits(double value) {
  // The longest double has 309 digits before the point.
  std::array<char, 320> text{};
  std::snprintf(text.data(), text.size(), "%.4f", value);
  return text.data();
}

std::string csv_field(const std::string& value) {
  if (value.find_first_of(",\"\r\n") == std::string::npos) {
    return value;
  }
  std::string field = "\"";
  for (const char c : value) {
    field += c == '"' ? "\"\"" : std::string(1, c);
  }
  return field + "\"";
}

size_t text_width(const std::string& text) {
  // All bytes but those that continue a character.
  return static_cast<size_t>(std::count_if(text.begin(), text.end(), [](char byte) {
    return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U;
  }));
}

}  // namespace dircn
