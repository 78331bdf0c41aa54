#include "simulate/small_head.h"

#include "formats/nifti_maker.h"

namespace dircn::testing {

simulation::HeadImages small_head() {
  const torch::Tensor x = (torch::arange(61, torch::kFloat) - 30).unsqueeze(0) * 3;
  const torch::Tensor y = (torch::arange(73, torch::kFloat) - 36).unsqueeze(1) * 3;
  const torch::Tensor radius = torch::sqrt((x / 84).square() + (y / 102).square());
  torch::Tensor plane = torch::zeros({73, 61});
  const auto fill = [&](const torch::Tensor& inside, double value) {
    plane.masked_fill_(inside, value);
  };
  fill(radius < 1, 1.5);     // fat
  fill(radius < 0.93, 0.1);  // skull
  fill(radius < 0.87, 0.33);
  fill(radius < 0.84, 0.72);
  fill(radius < 0.75, 1.0);
  fill(radius < 0.15, 0.33);
  fill((x - 30).square() + (y - 20).square() < 150, 0.72);
  const torch::Tensor brain = (radius < 0.87).to(torch::kFloat);
  return {plane.expand({110, 73, 61}).contiguous(),
          brain.expand({110, 73, 61}).contiguous(),
          {1, 3, 3}};
}

std::filesystem::path write_small_head(const std::filesystem::path& folder) {
  const simulation::HeadImages head = small_head();
  write_nifti(folder / "head.nii", head.t1, head.spacing);
  write_nifti(folder / "head_brain.nii", head.t1 * head.brain, head.spacing);
  return folder / "head.nii";
}

}  // namespace dircn::testing
