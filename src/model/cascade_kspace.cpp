#include "dircn/model/cascade_kspace.h"

#include <ATen/record_function.h>
#include <torch/types.h>

#include <vector>

#include "dircn/mri/coils.h"
#include "model/consistent_coil_sum.h"
#include "model/data_consistency.h"

namespace dircn {
namespace {

constexpr const char* kProfiledAs = "dircn::data_consistency";

}  // namespace

CascadeKspace::CascadeKspace(const SamplingSpace& space, const torch::Tensor& maps)
    : space_(space), maps_(maps) {
  const auto& measured = space.measured();
  image_ =
      torch::zeros({measured.size(0), 1, measured.size(2), measured.size(3)}, measured.options());
  share_ = space.mask().to(c10::toRealValueType(measured.scalar_type()));
}

CascadeKspace CascadeKspace::updated(DataConsistency form, const torch::Tensor& image,
                                     const torch::Tensor& weight) const {
  CascadeKspace next = *this;
  next.image_ = space_.roll(image);
  next.share_ = measured_share(space_, weight);
  next.stored_.reset();
  if (form == DataConsistency::variational) {
    RECORD_FUNCTION(kProfiledAs, std::vector<c10::IValue>());
    const auto estimate = space_.to_kspace(expand_to_coils(next.image_, maps_));
    next.stored_ = data_consistency(form, space_, whole(), estimate, weight);
  }
  return next;
}

torch::Tensor CascadeKspace::combined() const {
  RECORD_FUNCTION(kProfiledAs, std::vector<c10::IValue>());
  return space_.unroll(stored_.defined()
                           ? reduce_coils(space_.to_images(stored_), maps_)
                           : consistent_coil_sum(CoilSum::combined, space_, image_, maps_, share_));
}

torch::Tensor CascadeKspace::magnitude() const {
  RECORD_FUNCTION(kProfiledAs, std::vector<c10::IValue>());
  return space_.unroll(root_or_zero(
      stored_.defined() ? sum_of_squares(space_.to_images(stored_))
                        : consistent_coil_sum(CoilSum::squares, space_, image_, maps_, share_)));
}

torch::Tensor CascadeKspace::whole() const {
  if (stored_.defined()) {
    return stored_;
  }
  return soft_consistency(space_, space_.to_kspace(expand_to_coils(image_, maps_)), share_);
}

CascadeKspace CascadeKspace::with(const std::vector<torch::Tensor>& tensors) const {
  CascadeKspace other = *this;
  other.image_ = tensors[0];
  other.share_ = tensors[1];
  other.stored_ = tensors[2];
  return other;
}

}  // namespace dircn
