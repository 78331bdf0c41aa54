#include "dircn/data/sample.h"

#include "dircn/data/fov_crop.h"
#include "dircn/mri/acs.h"
#include "dircn/mri/coils.h"
#include "dircn/mri/fft.h"

namespace dircn {

torch::Tensor combined_image(const torch::Tensor& kspace) {
  return root_sum_of_squares(ifft2c(kspace.unsqueeze(0))).squeeze(0).squeeze(0);
}

Sample make_sample(const RawSlice& raw, int64_t index, FovCrop crop) {
  const bool square = effective_fov_crop(crop, raw.mask) == FovCrop::square;
  const torch::Tensor full = square ? fov_crop(raw.kspace) : raw.kspace;
  Sample sample;
  sample.index = index;
  sample.kspace = full * raw.mask;
  sample.mask = canonical_mask(raw.mask);
  sample.zero_filled = combined_image(sample.kspace);
  sample.target = raw.label ? *raw.label : combined_image(full);
  sample.maximum = raw.maximum;
  return sample;
}

Sample with_tensors(const Sample& sample,
                    const std::function<torch::Tensor(const torch::Tensor&)>& change) {
  Sample changed = sample;
  for (torch::Tensor* tensor :
       {&changed.kspace, &changed.mask, &changed.zero_filled, &changed.target}) {
    *tensor = change(*tensor);
  }
  return changed;
}

Sample to_device(const Sample& sample, torch::Device device) {
  return with_tensors(sample, [&](const torch::Tensor& tensor) {
    return tensor.to(device, /*non_blocking=*/true);
  });
}

}  // namespace dircn
