#include "dircn/mri/ssim_distance.h"

#include <torch/utils.h>

#include <algorithm>

#include "dircn/mri/crop.h"
#include "dircn/mri/ssim.h"

namespace dircn {

double ssim_distance(const torch::Tensor& image, const torch::Tensor& target, int64_t crop) {
  const torch::NoGradGuard no_grad;
  const auto fit = [&](const torch::Tensor& whole) {
    return center_crop_or_pad(whole, std::min(crop, target.size(0)), std::min(crop, target.size(1)))
        .unsqueeze(0);
  };
  const torch::Tensor cropped = fit(target);
  return ssim_losses(fit(image), cropped, cropped.amax(), SsimWindow::uniform).item<double>();
}

}  // namespace dircn
