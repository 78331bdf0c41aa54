#include "dircn/data/prepared_slice.h"

#include "dircn/core/error.h"
#include "dircn/mri/coils.h"
#include "dircn/mri/crop.h"
#include "dircn/mri/fft.h"

namespace dircn {

torch::Tensor fov_crop(const torch::Tensor& kspace) {
  require(kspace.is_complex() && kspace.dim() >= 2, [&] {
    return Error::Parts{"FOV crop",
                        "a tensor of type " + std::string(c10::toString(kspace.scalar_type())),
                        "complex k-space [C, H, W]"};
  });
  if (kspace.size(-2) <= kspace.size(-1)) {
    return kspace;
  }
  // The transform along W would be undone unchanged: only H needs one.
  return fft1c(crop_to_square_fov(ifft1c(kspace, -2)), -2);
}

FovCrop effective_fov_crop(FovCrop wanted, const torch::Tensor& mask) {
  return mask.dim() == 1 ? wanted : FovCrop::none;
}

std::optional<std::string> fov_crop_note(const std::filesystem::path& file, FovCrop wanted,
                                         const torch::Tensor& mask) {
  if (effective_fov_crop(wanted, mask) == wanted) {
    return std::nullopt;
  }
  return file.string() + ": 2-D mask, so the field of view is not cropped";
}

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
