#include "dircn/mri/crop.h"

#include <algorithm>
#include <string>

#include "dircn/core/error.h"

namespace dircn {
namespace {

torch::Tensor fit(const torch::Tensor& image, int64_t dim, int64_t size) {
  const int64_t have = image.size(dim);
  return window(image, dim, (have - size) / 2, size);  // towards 0, also where it is negative
}

}  // namespace

torch::Tensor window(const torch::Tensor& image, int64_t dim, int64_t first, int64_t size) {
  const int64_t have = image.size(dim);
  const int64_t begin = std::clamp<int64_t>(first, 0, have);
  const int64_t end = std::clamp<int64_t>(first + size, begin, have);
  torch::Tensor inside = image.slice(dim, begin, end);
  const auto before = std::clamp<int64_t>(-first, 0, size);
  const int64_t after = size - before - (end - begin);
  if (before == 0 && after == 0) {
    return inside;
  }
  return dim == -1 ? torch::constant_pad_nd(inside, {before, after})
                   : torch::constant_pad_nd(inside, {0, 0, before, after});
}

torch::Tensor center_crop_or_pad(const torch::Tensor& image, int64_t height, int64_t width) {
  require(image.dim() >= 2 && height > 0 && width > 0, [&] {
    return Error::Parts{"crop",
                        std::to_string(image.dim()) + " dimensions to be cropped to " +
                            std::to_string(height) + " x " + std::to_string(width),
                        "an image [..., H, W] and positive sizes"};
  });
  return fit(fit(image, -2, height), -1, width);
}

torch::Tensor crop_to_square_fov(const torch::Tensor& image) {
  return fit(image, -2, std::min(image.size(-2), image.size(-1)));
}

}  // namespace dircn
