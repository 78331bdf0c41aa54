#pragma once

#include <torch/types.h>

namespace dircn {

/// The powers of two by which `sizes` come to [1/2, 1), of the same shape: multiplying by them
/// changes no bit of a number, and what overflows or vanishes in single precision when it is
/// squared then does not. 1 for sizes of zero and NaN; sizes beyond 1e±36 come nearer to 1 only.
torch::Tensor to_order_one(const torch::Tensor& sizes);

}  // namespace dircn
