#include "dircn/reconstruct/slice_outputs.h"

#include "dircn/mri/crop.h"

namespace dircn {

SliceOutputs on_grid(const SliceOutputs& outputs, const ImageGrid& grid) {
  SliceOutputs images;
  for (const auto& [name, tensor] : outputs) {
    images[name] = grid.image(tensor).contiguous().cpu();
  }
  return images;
}

SliceOutputs at_size(const SliceOutputs& outputs, ImageSize size) {
  SliceOutputs sized;
  for (const auto& [name, tensor] : outputs) {
    sized[name] = center_crop_or_pad(tensor, size.height, size.width).contiguous().cpu();
  }
  return sized;
}

}  // namespace dircn
