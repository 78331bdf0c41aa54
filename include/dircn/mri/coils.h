#pragma once

#include <torch/types.h>

namespace dircn {

/// Dimensions of [B, C, H, W].
inline constexpr int64_t kCoilDim = 1;
inline constexpr int64_t kRowDim = 2;

/// Root of the sum of squares over the coils: [B, C, H, W] complex -> [B, 1, H, W] real.
/// Where every coil is zero the value and its gradient are zero (never NaN); NaN stays NaN.
torch::Tensor root_sum_of_squares(const torch::Tensor& coil_images);

/// Its two steps, for whoever adds up some coils or rows at a time.
torch::Tensor sum_of_squares(const torch::Tensor& coil_images);
torch::Tensor root_or_zero(const torch::Tensor& squares);

/// One image seen by every coil: image [B, 1, H, W] · maps [B, C, H, W] -> [B, C, H, W], complex.
torch::Tensor expand_to_coils(const torch::Tensor& image, const torch::Tensor& sensitivity_maps);

/// The adjoint of `expand_to_coils`: Σ_c conj(maps_c) · images_c -> [B, 1, H, W], complex.
torch::Tensor reduce_coils(const torch::Tensor& coil_images, const torch::Tensor& sensitivity_maps);

/// Divides by `denominator` where that is not zero, and gives zero elsewhere, with finite
/// gradients.
torch::Tensor divide_or_zero(const torch::Tensor& numerator, const torch::Tensor& denominator);

}  // namespace dircn
