#include "dircn/core/error.h"

#include <algorithm>
#include <array>
#include <new>
#include <utility>

namespace dircn {
namespace {

std::string text(const Error::Parts& parts) {
  std::string message = parts.subject + ": found " + parts.found;
  if (!parts.expected.empty()) {
    message += "; expected " + parts.expected;
  }
  if (!parts.advice.empty()) {
    message += ". " + parts.advice;
  }
  return message;
}

}  // namespace

Error::Error(Parts parts) : std::runtime_error(text(parts)), parts_(std::move(parts)) {}

std::string reason(const std::exception& error) {
  // LibTorch's exceptions end with where they were thrown and, line by line, how that was reached.
  const std::string text = error.what();
  return text.substr(0, text.find("\nException raised from "));
}

bool is_out_of_memory(const std::exception& error) {
  if (dynamic_cast<const std::bad_alloc*>(&error) != nullptr) {
    return true;
  }
  // LibTorch throws its general error for the main memory; the wording depends on version and
  // platform.
  const std::string text = error.what();
  constexpr std::array<const char*, 3> kWordings = {"out of memory", "can't allocate memory",
                                                    "not enough memory"};
  return std::any_of(kWordings.begin(), kWordings.end(),
                     [&](const char* wording) { return text.find(wording) != std::string::npos; });
}

}  // namespace dircn
