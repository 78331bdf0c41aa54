#pragma once

#include <algorithm>

#include "dircn/mri/image_grid.h"

namespace dircn::testing {

/// Images of this size around the middle; of the rows the challenge's square, min(H, W), or what
/// the image shows where that is more.
inline ImageGrid square_grid(ImageSize stored, ImageSize image) {
  ImageGrid grid{GridAxis::around_middle(stored.height, image.height),
                 GridAxis::around_middle(stored.width, image.width)};
  grid.rows.keep(std::min(stored.height, stored.width));
  return grid;
}

/// All that is stored.
inline ImageGrid whole_grid(ImageSize stored) {
  return {GridAxis::around_middle(stored.height, stored.height),
          GridAxis::around_middle(stored.width, stored.width)};
}

}  // namespace dircn::testing
