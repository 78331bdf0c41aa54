#pragma once

#include <torch/types.h>

#include <cstdint>

namespace dircn::testing {

/// A smooth spot on n samples, of which the middle lies at `place` samples from the origin.
inline torch::Tensor spot(int64_t n, double place) {
  const int64_t origin = n / 2;
  const torch::Tensor at = torch::arange(n, torch::kDouble) - static_cast<double>(origin) - place;
  return torch::exp(-at.square() / 8);
}

/// Where the middle of such a spot lies, in samples from the first.
inline double middle_of(const torch::Tensor& profile) {
  const torch::Tensor weight = profile.to(torch::kDouble).square();
  const torch::Tensor at = torch::arange(profile.size(0), torch::kDouble);
  return ((weight * at).sum() / weight.sum()).item<double>();
}

}  // namespace dircn::testing
