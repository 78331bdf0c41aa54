#include "model/data_consistency.h"

#include <torch/types.h>

namespace dircn {

torch::Tensor data_consistency(DataConsistency form, const SamplingSpace& space,
                               const torch::Tensor& current, const torch::Tensor& estimate,
                               const torch::Tensor& weight) {
  if (form == DataConsistency::variational) {
    return current - weight * space.mask() * (current - space.measured()) - estimate;
  }
  return soft_consistency(space, estimate, measured_share(space, weight));
}

torch::Tensor soft_consistency(const SamplingSpace& space, const torch::Tensor& estimate,
                               const torch::Tensor& share) {
  return torch::addcmul(estimate, space.measured() - estimate, share);
}

torch::Tensor measured_share(const SamplingSpace& space, const torch::Tensor& weight) {
  return space.mask() / (1 + weight);
}

}  // namespace dircn
