#pragma once

#include <optional>
#include <string>

#include "dircn/config/train_config.h"
#include "dircn/data/sample.h"

namespace dircn {

/// What is wrong with the unit of a sample's data, for this loss or at all, and what to do about
/// it; nothing where both go together. Unlike SSIM, L1 and MSE are in that unit (squared).
struct ScaleProblem {
  std::string found;
  std::string advice;
};
std::optional<ScaleProblem> scale_problem(const Sample& sample, const LossConfig& loss);

}  // namespace dircn
