#include "dircn/score/scored_kspace.h"

#include <cstdint>
#include <optional>
#include <utility>

#include "dircn/data/prepared_slice.h"
#include "dircn/mri/crop.h"
#include "dircn/mri/mask_pattern.h"

namespace dircn {

// Columns at random have the nominal acceleration on average only, so what was drawn counts.
ScoredKspace::ScoredKspace(KspaceVolume volume, FovCrop fov_crop,
                           const std::optional<torch::Tensor>& mask)
    : volume_(std::move(volume)),
      fov_crop_(fov_crop),
      mask_(mask ? *mask : volume_.mask()),
      acceleration_(torch::equal(mask_, volume_.mask()) ? volume_.acceleration()
                                                        : describe_mask(mask_).acceleration) {}

torch::Tensor ScoredKspace::zero_filled(const torch::Tensor& kspace,
                                        const torch::Tensor& target) const {
  const PreparedSlice slice = prepare_slice({kspace, mask_, fov_crop_});
  return center_crop_or_pad(slice.zero_filled(), target.size(0), target.size(1));
}

}  // namespace dircn
