#include "data/normalization.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace dircn {
namespace {

torch::Tensor centre_columns(const torch::Tensor& kspace, double fraction) {
  const int64_t width = kspace.size(-1);
  const auto columns = static_cast<int64_t>(std::floor(static_cast<double>(width) * fraction));
  const int64_t half = std::max<int64_t>(columns / 2, 1);
  const int64_t centre = width / 2;
  return kspace.slice(-1, std::max<int64_t>(centre - half, 0), centre + half);
}

}  // namespace

double normalization_scale(Normalization kind, const torch::Tensor& kspace,
                           const torch::Tensor& zero_filled, double fraction) {
  double scale = 1;
  switch (kind) {
    case Normalization::none:
      break;
    case Normalization::center_maximum:
      scale = torch::abs(centre_columns(kspace, fraction)).max().item<double>();
      break;
    case Normalization::zero_filled_maximum:
      scale = zero_filled.max().item<double>();
      break;
  }
  return scale > 0 ? scale : 1;
}

}  // namespace dircn
