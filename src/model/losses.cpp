#include "dircn/model/losses.h"

#include <torch/types.h>

#include "dircn/core/error.h"
#include "dircn/mri/ssim.h"

namespace dircn {
namespace {

/// What terms are computed from, see `training_loss`.
struct LossInput {
  torch::Tensor image, target;
  torch::Tensor difference;  // of the two, divided by `scale`
  torch::Tensor volume_maximum;
  SsimRange range;
};

// The terms, each [B].

/// With each target's own maximum − minimum as data range: the challenge team's training loss.
torch::Tensor gaussian_ssim(const LossInput& in) {
  const auto range = in.target.amax({1, 2}) - in.target.amin({1, 2});
  return ssim_losses(in.image, in.target, range, SsimWindow::gaussian);
}

torch::Tensor uniform_ssim(const LossInput& in) {
  const bool by_target = in.range == SsimRange::target_max;
  require(by_target || in.volume_maximum.defined(), [] {
    return Error::Parts{"train.loss.range", "volume_max, and slices without one",
                        "the attribute `max` of every training volume", "target_max does without."};
  });
  const auto range = by_target ? in.target.amax({1, 2}) : in.volume_maximum;
  return ssim_losses(in.image, in.target, range, SsimWindow::uniform);
}

torch::Tensor l1(const LossInput& in) {
  return in.difference.abs().flatten(1).mean(1);
}

torch::Tensor mse(const LossInput& in) {
  return in.difference.square().flatten(1).mean(1);
}

struct TermFunction {
  LossTerm first;
  torch::Tensor (*compute)(const LossInput&);
};
constexpr TermFunction kTermFunctions[] = {{LossTerm::gaussian_ssim, gaussian_ssim},
                                           {LossTerm::uniform_ssim, uniform_ssim},
                                           {LossTerm::l1, l1},
                                           {LossTerm::mse, mse}};
static_assert(is_by_term(kTermFunctions));

}  // namespace

LossTerms training_loss(const LossConfig& config, const torch::Tensor& image,
                        const torch::Tensor& target, const torch::Tensor& scale,
                        const torch::Tensor& volume_maximum) {
  const auto difference = (image - target) / scale.to(image.options()).view({-1, 1, 1});
  const LossInput input{image, target, difference, volume_maximum, config.range};
  LossTerms terms;
  terms.total = torch::zeros({image.size(0)}, image.options());
  for (const auto& [term, compute] : kTermFunctions) {
    const double weight = config.weights[term];
    if (weight != 0) {
      terms.values[term] = compute(input);
      terms.total = terms.total + weight * terms.values[term];
    }
  }
  return terms;
}

}  // namespace dircn
