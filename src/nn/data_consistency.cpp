#include "dircn/nn/data_consistency.h"

#include <torch/types.h>

namespace dircn {

torch::Tensor data_consistency(DataConsistency form, const SamplingSpace& space,
                               const torch::Tensor& current, const torch::Tensor& estimate,
                               const torch::Tensor& weight) {
  const auto& measured = space.measured();
  const auto& mask = space.mask();
  if (form == DataConsistency::variational) {
    return current - weight * mask * (current - measured) - estimate;
  }
  return torch::where(mask, (measured + weight * estimate) / (1 + weight), estimate);
}

}  // namespace dircn
