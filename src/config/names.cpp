#include "dircn/config/names.h"

#include <algorithm>

#include "config/suggestion.h"

namespace dircn {
namespace {

constexpr size_t kLongestExcerpt = 80;

}  // namespace

std::string nearest_name(const std::string& wrong, const std::vector<std::string>& valid) {
  return *std::min_element(valid.begin(), valid.end(), [&](const auto& a, const auto& b) {
    return config::edit_distance(wrong, a) < config::edit_distance(wrong, b);
  });
}

std::string join_names(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) {
    text += (text.empty() ? "" : ", ") + name;
  }
  return text;
}

std::string excerpt(const std::string& text) {
  size_t length = std::min(text.size(), kLongestExcerpt);
  while (length < text.size() && length > 0 && (text[length] & 0xC0) == 0x80) {
    --length;  // never cut inside a UTF-8 character
  }
  std::string result = text.substr(0, length) + (length < text.size() ? "..." : "");
  std::replace_if(
      result.begin(), result.end(), [](unsigned char c) { return c < 0x20 || c == 0x7F; }, '?');
  return result;
}

}  // namespace dircn
