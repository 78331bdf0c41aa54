#include "dircn/mri/crop.h"

#include <algorithm>
#include <string>

#include "dircn/core/error.h"

namespace dircn {
namespace {

torch::Tensor fit(const torch::Tensor& image, int64_t dim, int64_t size) {
  const int64_t have = image.size(dim);
  if (size <= have) {
    return image.narrow(dim, (have - size) / 2, size);
  }
  const int64_t before = (size - have) / 2;
  const int64_t after = size - have - before;
  return dim == -1 ? torch::constant_pad_nd(image, {before, after})
                   : torch::constant_pad_nd(image, {0, 0, before, after});
}

}  // namespace

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
