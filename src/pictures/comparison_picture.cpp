#include "dircn/pictures/comparison_picture.h"

#include "dircn/pictures/grey_picture.h"

namespace dircn {

torch::Tensor comparison_picture(const std::vector<SliceImages>& runs) {
  const SliceImages& first = runs.front();
  const double white = white_value(first.target);
  std::vector<torch::Tensor> panels;
  if (first.zero_filled) {
    panels.push_back(grey_picture(*first.zero_filled, white));
  }
  for (const auto& run : runs) {
    panels.push_back(grey_picture(run.reconstruction, white));
  }
  panels.push_back(grey_picture(first.target, white));
  for (const auto& run : runs) {
    panels.push_back(grey_picture((run.reconstruction - first.target).abs() * kErrorGain, white));
  }
  return side_by_side(panels);
}

}  // namespace dircn
