#include "dircn/mri/coils.h"

#include <torch/types.h>

namespace dircn {
namespace {

/// `where` alone would still send 0 · inf = NaN backwards, so the unused branch gets a harmless
/// argument.
torch::Tensor usable_or_one(const torch::Tensor& x, const torch::Tensor& usable) {
  return torch::where(usable, x, torch::ones_like(x));
}

}  // namespace

torch::Tensor root_sum_of_squares(const torch::Tensor& coil_images) {
  return root_or_zero(sum_of_squares(coil_images));
}

torch::Tensor sum_of_squares(const torch::Tensor& coil_images) {
  // Coils first: that sum runs along whole rows.
  return torch::view_as_real(coil_images.resolve_conj()).square().sum(kCoilDim, true).sum(-1);
}

torch::Tensor root_or_zero(const torch::Tensor& squares) {
  const auto usable = squares != 0;  // NaN is: it must not pass for darkness
  return torch::sqrt(usable_or_one(squares, usable)) * usable;
}

torch::Tensor expand_to_coils(const torch::Tensor& image, const torch::Tensor& sensitivity_maps) {
  return image * sensitivity_maps;
}

torch::Tensor reduce_coils(const torch::Tensor& coil_images,
                           const torch::Tensor& sensitivity_maps) {
  return (coil_images * sensitivity_maps.conj()).sum(kCoilDim, true);
}

torch::Tensor divide_or_zero(const torch::Tensor& numerator, const torch::Tensor& denominator) {
  const auto usable = denominator != 0;
  return numerator / usable_or_one(denominator, usable) * usable;
}

}  // namespace dircn
