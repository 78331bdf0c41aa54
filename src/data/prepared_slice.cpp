#include "dircn/data/prepared_slice.h"

#include "dircn/data/fov_crop.h"
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
  const bool square = effective_fov_crop(slice.fov_crop, slice.mask) == FovCrop::square;
  torch::Tensor full = square ? fov_crop(slice.kspace) : slice.kspace;
  if (slice.change) {
    full = slice.change(full);
  }
  return {full, full * slice.mask};
}

torch::Tensor combined_image(const torch::Tensor& kspace) {
  return root_sum_of_squares(ifft2c(kspace.unsqueeze(0))).squeeze(0).squeeze(0);
}

}  // namespace dircn
