#include "dircn/data/prepared_slice.h"

#include <torch/types.h>

#include "dircn/mri/coils.h"
#include "dircn/mri/fft.h"
#include "dircn/mri/order_one.h"

namespace dircn {
namespace {

/// Whether an image is of a size at which single precision holds the squares of its bright and its
/// dark pixels.
bool holds_squares(const torch::Tensor& image) {
  constexpr double kLargest = 1e15;
  const double size = image.max().item<double>();
  return size > 1 / kLargest && size < kLargest;
}

/// The root sum of squares of coil images [C, H, W].
torch::Tensor combined(const torch::Tensor& coil_images) {
  const auto sum = [](const torch::Tensor& images) {
    return root_sum_of_squares(images.unsqueeze(0)).squeeze(0).squeeze(0);
  };
  torch::Tensor image = sum(coil_images);
  if (holds_squares(image)) {
    return image;
  }
  const auto unit = to_order_one(torch::view_as_real(coil_images).abs().amax());
  return sum(coil_images * unit) / unit;
}

}  // namespace

torch::Tensor PreparedSlice::zero_filled() const {
  return combined_image(kspace);
}

torch::Tensor PreparedSlice::target() const {
  return combined_image(full);
}

PreparedSlice prepare_slice(const MeasuredSlice& slice) {
  torch::Tensor full = slice.grid.crop_readout(slice.kspace);
  if (slice.change) {
    full = slice.change(full);
  }
  return {full, full * slice.mask};
}

torch::Tensor combined_image(const torch::Tensor& kspace) {
  return combined(ifft2c(kspace));
}

torch::Tensor combined_image(const torch::Tensor& kspace, const ImageGrid& grid) {
  return combined(grid.image(ifft2c(kspace)));
}

}  // namespace dircn
