#include "dircn/train/difficulty.h"

#include <torch/utils.h>

#include "dircn/mri/crop.h"
#include "dircn/nn/losses.h"

namespace dircn {

double ssim_distance(const torch::Tensor& image, const torch::Tensor& target, int64_t crop) {
  const torch::NoGradGuard no_grad;
  const auto cropped = center_crop_or_pad(target, crop, crop).unsqueeze(0);
  return uniform_ssim_loss(center_crop_or_pad(image, crop, crop).unsqueeze(0), cropped,
                           cropped.amax())
      .item<double>();
}

}  // namespace dircn
