#include "simulate/column_mask.h"

#include <algorithm>
#include <cmath>

namespace dircn::simulation {

torch::Tensor column_mask(int64_t width, int64_t acceleration) {
  constexpr double kCentre = 0.32;  // times 1 / acceleration, of all columns
  constexpr int64_t kLeast = 4;
  const auto wanted = static_cast<int64_t>(
      std::nearbyint(static_cast<double>(width) * kCentre / static_cast<double>(acceleration)));
  const int64_t centre = std::min(std::max(wanted, kLeast), width);
  torch::Tensor mask = torch::zeros({width});
  mask.slice(0, 0, width, acceleration).fill_(1);
  mask.narrow(0, (width - centre + 1) / 2, centre).fill_(1);
  return mask;
}

}  // namespace dircn::simulation
