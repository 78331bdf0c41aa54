#include "dircn/core/error.h"

#include <c10/util/Exception.h>

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
  const auto* torch_error = dynamic_cast<const c10::Error*>(&error);
  return torch_error != nullptr ? torch_error->what_without_backtrace() : error.what();
}

}  // namespace dircn
