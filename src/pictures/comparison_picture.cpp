#include "dircn/pictures/comparison_picture.h"

#include <vector>

#include "dircn/pictures/grey_picture.h"

namespace dircn {

torch::Tensor comparison_picture(const SliceImages& images) {
  const double white = white_value(images.target);
  std::vector<torch::Tensor> panels;
  if (images.zero_filled) {
    panels.push_back(grey_picture(*images.zero_filled, white));
  }
  panels.push_back(grey_picture(images.reconstruction, white));
  panels.push_back(grey_picture(images.target, white));
  panels.push_back(grey_picture((images.reconstruction - images.target).abs() * kErrorGain, white));
  return side_by_side(panels);
}

}  // namespace dircn
