#pragma once

#include <exception>
#include <optional>
#include <string>
#include <utility>

#include "train/loop/data_scale.h"

namespace dircn {

/// NaN or Inf has come up while training: at which slices, in which numbers, and from the scale of
/// which data, should that be the cause. The weights may be sick, so a run that meets this does not
/// overwrite its last checkpoint.
struct NotFinite : std::exception {
  NotFinite(std::string slices, std::string numbers, std::optional<ScaleProblem> scale = {})
      : slices(std::move(slices)), numbers(std::move(numbers)), scale(std::move(scale)) {}
  const char* what() const noexcept override { return numbers.c_str(); }

  std::string slices;
  std::string numbers;
  std::optional<ScaleProblem> scale;
};

}  // namespace dircn
