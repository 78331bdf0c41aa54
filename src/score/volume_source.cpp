#include "dircn/score/volume_source.h"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "dircn/core/error.h"
#include "dircn/data/prepared_slice.h"
#include "dircn/data/volume_pair.h"
#include "dircn/formats/hdf5.h"
#include "dircn/mri/mask_pattern.h"

namespace dircn {
namespace {

constexpr const char* kTarget = "target";
constexpr const char* kStoredZeroFilled = "stored_zero_filled";

}  // namespace

// Columns at random have the nominal acceleration on average only, so what was drawn counts.
ScoredKspace::ScoredKspace(KspaceVolume volume, const std::optional<torch::Tensor>& mask)
    : volume_(std::move(volume)),
      mask_(mask ? *mask : volume_.mask()),
      acceleration_(torch::equal(mask_, volume_.mask()) ? volume_.acceleration()
                                                        : describe_mask(mask_).acceleration) {}

torch::Tensor ScoredKspace::zero_filled(const torch::Tensor& kspace,
                                        const torch::Tensor& target) const {
  const ImageGrid grid = volume_.grid(ImageSize{target.size(0), target.size(1)});
  return combined_image(prepare_slice({kspace, mask_, grid}).kspace, grid);
}

VolumeSource::VolumeSource(LabelVolume label, std::optional<ScoredKspace> kspace,
                           std::optional<std::string> note, std::vector<std::string> warnings)
    : label_(std::move(label)),
      kspace_(std::move(kspace)),
      note_(std::move(note)),
      warnings_(std::move(warnings)),
      stored_zero_filled_(label_.layout().zero_filled) {
  if (kspace_) {
    require_as_many_slices(label_.file().path(), label_.slices(), kspace_->volume().path(),
                           kspace_->volume().slices());
  }
  if (stored_zero_filled_ != nullptr && !label_.file().has_dataset(stored_zero_filled_)) {
    stored_zero_filled_ = nullptr;
  }
  if (stored_zero_filled_ != nullptr) {
    const Hdf5Dataset header = label_.file().dataset(stored_zero_filled_);
    require(header.shape == label_.shape(), [&] {
      return Error::Parts{label_.file().path().string() + ": '" + stored_zero_filled_ + "'",
                          "shape " + shape_text(header.shape),
                          shape_text(label_.shape()) + ", the shape of the targets", ""};
    });
  }
}

SliceInput VolumeSource::read(int64_t index, const Extras& wanted) const {
  SliceInput slice;
  if (kspace_) {
    slice.grid = kspace_->volume().grid(ImageSize{label_.shape()[1], label_.shape()[2]});
  }
  slice.stored[kTarget] = label_.read_slice(index);
  add_stored(index, wanted, slice);
  if (stored_zero_filled_ != nullptr) {
    slice.stored[kStoredZeroFilled] = read_finite_slice(label_.file(), stored_zero_filled_, index);
  } else if (kspace_ && !slice.kspace.defined()) {
    slice.kspace = kspace_->volume().read_slice(index);
  }
  return slice;
}

SliceImages VolumeSource::images(const SliceInput& slice, const Extras& wanted) {
  SliceOutputs made = outputs(slice, wanted);
  SliceImages images{slice.stored.at(kTarget), made.at(kReconstruction)};
  for (const char* name : {kReconstruction, kTarget, kStoredZeroFilled}) {
    made.erase(name);
  }
  if (stored_zero_filled_ != nullptr) {
    images.zero_filled = slice.stored.at(kStoredZeroFilled);
  } else if (kspace_) {
    images.zero_filled = kspace_->zero_filled(slice.kspace, images.target);
  }
  images.more = std::move(made);
  return images;
}

std::optional<torch::Tensor> VolumeSource::mask() const {
  return kspace_ ? std::optional<torch::Tensor>(kspace_->mask()) : std::nullopt;
}

std::optional<int64_t> VolumeSource::acceleration() const {
  return kspace_ ? std::optional<int64_t>(kspace_->acceleration()) : std::nullopt;
}

}  // namespace dircn
