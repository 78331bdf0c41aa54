#include "dircn/core/text.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace dircn {

namespace {

constexpr size_t kLongestExcerpt = 80;

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

std::string cut(const std::string& text, size_t bytes) {
  size_t length = std::min(text.size(), bytes);
  while (length < text.size() && length > 0 && (text[length] & 0xC0) == 0x80) {
    --length;
  }
  return text.substr(0, length);
}

std::optional<int64_t> whole_number(const std::string& text, size_t most_digits) {
  const bool digits = !text.empty() && text.size() <= most_digits &&
                      text.find_first_not_of("0123456789") == std::string::npos;
  return digits ? std::optional<int64_t>(std::stoll(text)) : std::nullopt;
}

std::string excerpt(const std::string& text) {
  std::string result = cut(text, kLongestExcerpt);
  result += result.size() < text.size() ? "..." : "";
  std::replace_if(
      result.begin(), result.end(), [](unsigned char c) { return c < 0x20 || c == 0x7F; }, '?');
  return result;
}

std::string join_names(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) {
    text += (text.empty() ? "" : ", ") + name;
  }
  return text;
}

size_t text_width(const std::string& text) {
  // All bytes but those that continue a character.
  return static_cast<size_t>(std::count_if(text.begin(), text.end(), [](char byte) {
    return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U;
  }));
}

}  // namespace dircn
