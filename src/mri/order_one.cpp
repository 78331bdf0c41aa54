#include "dircn/mri/order_one.h"

#include <torch/types.h>

#include <tuple>

namespace dircn {

torch::Tensor to_order_one(const torch::Tensor& sizes) {
  constexpr double kLargest =
      1e36;  // so that the power of two is a number of single precision, too
  const auto usable = torch::where(sizes > 0, sizes, torch::ones_like(sizes));
  const auto within = usable.clamp(1 / kLargest, kLargest);
  return std::get<0>(torch::frexp(within)) / within;  // m / (m · 2^e), without rounding
}

}  // namespace dircn
