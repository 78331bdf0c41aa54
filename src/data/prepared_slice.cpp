#include "dircn/data/prepared_slice.h"

#include "dircn/mri/coils.h"
#include "dircn/mri/fft.h"

namespace dircn {

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
  return root_sum_of_squares(ifft2c(kspace.unsqueeze(0))).squeeze(0).squeeze(0);
}

torch::Tensor combined_image(const torch::Tensor& kspace, const ImageGrid& grid) {
  const torch::Tensor images = grid.image(ifft2c(kspace));
  return root_sum_of_squares(images.unsqueeze(0)).squeeze(0).squeeze(0);
}

}  // namespace dircn
