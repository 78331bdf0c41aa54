#include "dircn/mri/fft.h"

#include <torch/types.h>

namespace dircn {
namespace {

torch::Tensor centred(const torch::Tensor& x, torch::IntArrayRef dims, bool inverse) {
  const auto uncentred = torch::fft_ifftshift(x, dims);
  const auto transformed = inverse ? torch::fft_ifftn(uncentred, {}, dims, "ortho")
                                   : torch::fft_fftn(uncentred, {}, dims, "ortho");
  return torch::fft_fftshift(transformed, dims);
}

}  // namespace

torch::Tensor fft2c(const torch::Tensor& image) {
  return centred(image, {-2, -1}, false);
}

torch::Tensor ifft2c(const torch::Tensor& kspace) {
  return centred(kspace, {-2, -1}, true);
}

torch::Tensor fft1c(const torch::Tensor& image, int64_t dim) {
  return centred(image, {dim}, false);
}

torch::Tensor ifft1c(const torch::Tensor& kspace, int64_t dim) {
  return centred(kspace, {dim}, true);
}

}  // namespace dircn
