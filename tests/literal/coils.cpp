#include "literal/coils.h"

#include <ATen/record_function.h>
#include <torch/types.h>

namespace dircn::literal {

using torch::Tensor;

namespace {

const std::vector<int64_t> kImageDims = {-2, -1};

/// Zero stays zero, with a zero gradient.
Tensor safe_sqrt(const Tensor& x) {
  return torch::where(x != 0, torch::sqrt(torch::where(x != 0, x, torch::ones_like(x))),
                      torch::zeros_like(x));
}

}  // namespace

Tensor fft2c(const Tensor& x) {
  return torch::fft_fftshift(
      torch::fft_fft2(torch::fft_ifftshift(x, kImageDims), {}, kImageDims, "ortho"), kImageDims);
}

Tensor ifft2c(const Tensor& x) {
  return torch::fft_fftshift(
      torch::fft_ifft2(torch::fft_ifftshift(x, kImageDims), {}, kImageDims, "ortho"), kImageDims);
}

Tensor rss(const Tensor& x) {
  return safe_sqrt((torch::real(x).square() + torch::imag(x).square()).sum(1, true));
}

Tensor to_channels(const Tensor& x) {
  std::vector<Tensor> channels;
  for (int64_t k = 0; k < x.size(1); ++k) {
    channels.push_back(torch::real(x.select(1, k)));
    channels.push_back(torch::imag(x.select(1, k)));
  }
  return torch::stack(channels, 1);
}

Tensor to_complex(const Tensor& x) {
  return torch::complex(x.slice(1, 0, 1), x.slice(1, 1, 2));
}

Tensor on_normalized(const Tensor& x, const std::function<Tensor(const Tensor&)>& unet) {
  const int64_t height = x.size(2);
  const int64_t width = x.size(3);
  const auto mean = x.mean({2, 3}, true);
  const auto deviation = x.std(std::vector<int64_t>{2, 3}, true, true);
  const auto std = torch::where(deviation == 0, torch::ones_like(deviation), deviation);
  const int64_t rows = (height + 15) / 16 * 16 - height;
  const int64_t columns = (width + 15) / 16 * 16 - width;
  const auto padded = torch::constant_pad_nd(
      (x - mean) / std, {columns / 2, columns - columns / 2, rows / 2, rows - rows / 2});
  const auto y = unet(padded)
                     .slice(2, rows / 2, rows / 2 + height)
                     .slice(3, columns / 2, columns / 2 + width)
                     .to(x.scalar_type());
  return y * deviation.slice(1, 0, 2) + mean.slice(1, 0, 2);
}

Tensor combined(const Tensor& k, const Tensor& maps) {
  RECORD_FUNCTION(kProfiledAs, std::vector<c10::IValue>());
  return (torch::conj(maps) * ifft2c(k)).sum(1, true);
}

Tensor divided_by_rss(const Tensor& maps) {
  const auto norm = rss(maps);
  return torch::where(norm != 0, maps / torch::where(norm != 0, norm, torch::ones_like(norm)),
                      torch::zeros_like(maps));
}

Tensor kept(const Tensor& mask, const Tensor& k0) {
  return torch::where(mask, k0, torch::zeros_like(k0));
}

Tensor gradient_step(const Tensor& k, const Tensor& k0, const Tensor& mask, const Tensor& weight,
                     const Tensor& estimate) {
  return k - kept(mask, k - k0) * weight - estimate;
}

}  // namespace dircn::literal
