#include "dircn/model/aggregation.h"

#include <torch/types.h>

namespace dircn {

int64_t aggregated_images(Aggregation aggregation, int64_t cascade) {
  return aggregation == Aggregation::concat ? cascade + 1 : 1;
}

torch::Tensor aggregate(Aggregation aggregation, const torch::Tensor& reduced,
                        const torch::Tensor& previous, const torch::Tensor& weight) {
  if (aggregation == Aggregation::none || !previous.defined()) {
    return reduced;
  }
  if (aggregation == Aggregation::concat) {
    return torch::cat({reduced, previous}, 1);
  }
  return reduced + weight * previous;
}

}  // namespace dircn
