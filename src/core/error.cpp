#include "dircn/core/error.h"

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

}  // namespace dircn
