#include "dircn/core/text.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace dircn {

namespace {

/// What std::to_chars writes, which asks no locale how.
template <typename... Form>
std::string number_text(double value, Form... form) {
  std::array<char, 400> text{};  // the longest double has 309 digits before the point
  return {text.data(), std::to_chars(text.data(), text.data() + text.size(), value, form...).ptr};
}

}  // namespace

std::string fixed(double value, int digits) {
  return number_text(value, std::chars_format::fixed, digits);
}

std::string significant(double value, int digits) {
  return number_text(value, std::chars_format::general, digits);
}

std::string shortest(double value) {
  return number_text(value);
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
