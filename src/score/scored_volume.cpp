#include "dircn/score/scored_volume.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "dircn/core/error.h"
#include "dircn/data/volume.h"
#include "dircn/data/volume_pair.h"
#include "dircn/formats/hdf5.h"

namespace dircn {

ScoredVolume::ScoredVolume(LabelVolume label, std::shared_ptr<ScoredKspace> kspace,
                           Reconstruct reconstruct, std::optional<std::string> note)
    : label_(std::move(label)),
      kspace_(std::move(kspace)),
      reconstruct_(std::move(reconstruct)),
      note_(std::move(note)),
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

SliceImages ScoredVolume::read_slice(int64_t index, const Extras& wanted) const {
  const torch::Tensor target = label_.read_slice(index);
  SliceOutputs outputs = reconstruct_(index, wanted);
  const torch::Tensor reconstruction = outputs.at(kReconstruction);
  outputs.erase(kReconstruction);
  return {target, reconstruction, zero_filled(index, target), std::move(outputs)};
}

std::optional<torch::Tensor> ScoredVolume::mask() const {
  return kspace_ ? std::optional<torch::Tensor>(kspace_->mask()) : std::nullopt;
}

std::optional<torch::Tensor> ScoredVolume::zero_filled(int64_t index,
                                                       const torch::Tensor& target) const {
  if (stored_zero_filled_ != nullptr) {
    return read_finite_slice(label_.file(), stored_zero_filled_, index);
  }
  return kspace_ ? std::optional<torch::Tensor>(kspace_->zero_filled(index, target)) : std::nullopt;
}

std::optional<int64_t> ScoredVolume::acceleration() const {
  return kspace_ ? std::optional<int64_t>(kspace_->acceleration()) : std::nullopt;
}

}  // namespace dircn
