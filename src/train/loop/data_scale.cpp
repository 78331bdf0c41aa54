#include "train/loop/data_scale.h"

#include <torch/types.h>

#include <cmath>

#include "dircn/core/text.h"

namespace dircn {
namespace {

/// Between these the squares of an image's bright and dark pixels, and their sums, are numbers of
/// single precision (1e-38 to 1e38).
constexpr double kSmallest = 1e-15;
constexpr double kLargest = 1e15;

/// Below this Adam's epsilon, 1e-8, is no longer small beside the gradients of a loss, which are
/// smaller than the loss.
constexpr double kSmallestLoss = 1e-6;

/// So many times larger than those of SSIM, the other terms are the loss.
constexpr double kDrownsSsim = 1e3;

bool holds_squares_of(double value) {
  return value >= kSmallest && value <= kLargest;
}

std::optional<ScaleProblem> problem_of_kspace(const Sample& sample) {
  const double largest = torch::view_as_real(sample.kspace).abs().max().item<double>();
  if (largest == 0 || holds_squares_of(largest)) {
    return std::nullopt;
  }
  const std::string found = std::isfinite(largest)
                                ? "k-space reaches " + significant(largest, 3) +
                                      ", and single precision cannot hold its squares"
                                : "single precision cannot hold the images of its k-space";
  return ScaleProblem{found,
                      "multiply k-space, targets and their attribute max, in all files, by one "
                      "number that brings images near 1"};
}

}  // namespace

std::optional<ScaleProblem> scale_problem(const Sample& sample, const LossConfig& loss) {
  const double largest = sample.target.max().item<double>();
  if (!holds_squares_of(largest)) {
    return problem_of_kspace(sample);
  }
  const double reach = largest / sample.scale;
  const double ssim = loss.weights[LossTerm::gaussian_ssim] + loss.weights[LossTerm::uniform_ssim];
  const double others =
      loss.weights[LossTerm::l1] * reach + loss.weights[LossTerm::mse] * reach * reach;
  const bool small = ssim == 0 && others < kSmallestLoss;
  const bool large = others > (ssim == 0 ? kLargest : kDrownsSsim * ssim);
  if (!small && !large) {
    return std::nullopt;
  }
  return ScaleProblem{"the target reaches " + significant(largest, 3) +
                          ", and train.loss.l1 and mse are in that unit: " +
                          (small       ? "too small for the optimiser to see"
                           : ssim == 0 ? "too large for single precision"
                                       : "SSIM does not count beside them"),
                      "set data.normalization: zero_filled_maximum"};
}

}  // namespace dircn
