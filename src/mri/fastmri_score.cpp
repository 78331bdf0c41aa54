#include "dircn/eval/fastmri_score.h"

#include "dircn/mri/ssim.h"

namespace dircn {

double whole_ssim(const torch::Tensor& image, const torch::Tensor& target, double data_range) {
  return ssim_map(image.to(torch::kDouble).unsqueeze(0), target.to(torch::kDouble).unsqueeze(0),
                  torch::scalar_tensor(data_range, torch::kDouble), SsimWindow::uniform)
      .mean()
      .item<double>();
}

}  // namespace dircn
