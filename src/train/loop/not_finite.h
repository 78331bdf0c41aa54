#pragma once

#include <exception>
#include <string>
#include <utility>

namespace dircn {

/// NaN or Inf has come up while training: at which slices, in which numbers. The weights may be
/// sick, so a run that meets this does not overwrite its last checkpoint.
struct NotFinite : std::exception {
  NotFinite(std::string slices, std::string numbers)
      : slices(std::move(slices)), numbers(std::move(numbers)) {}
  const char* what() const noexcept override { return numbers.c_str(); }

  std::string slices;
  std::string numbers;
};

}  // namespace dircn
