#include "dircn/core/error.h"

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

}  // namespace dircn
