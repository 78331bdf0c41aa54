#pragma once

#include <torch/types.h>

namespace dircn {

/// Centred, orthonormal Fourier transforms of complex tensors: the origin of k-space and of the
/// image lies at index ⌊n/2⌋ of every transformed axis. Unitary: `ifft2c(fft2c(x)) == x`, and norms
/// are kept.

/// Image [..., H, W] to k-space.
torch::Tensor fft2c(const torch::Tensor& image);
/// k-space [..., H, W] to image.
torch::Tensor ifft2c(const torch::Tensor& kspace);

/// The same along one axis.
torch::Tensor fft1c(const torch::Tensor& image, int64_t dim);
torch::Tensor ifft1c(const torch::Tensor& kspace, int64_t dim);

}  // namespace dircn
