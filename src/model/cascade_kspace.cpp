#include "dircn/model/cascade_kspace.h"

#include <ATen/record_function.h>
#include <torch/types.h>

#include <vector>

#include "dircn/mri/coils.h"
#include "model/consistent_coil_sum.h"

namespace dircn {
namespace {

constexpr const char* kProfiledAs = "dircn::data_consistency";

}  // namespace

CascadeKspace::CascadeKspace(const SamplingSpace& space, const torch::Tensor& maps)
    : space_(space), maps_(maps) {
  const auto& measured = space.measured();
  base_ =
      torch::zeros({measured.size(0), 1, measured.size(2), measured.size(3)}, measured.options());
  correction_ = base_;
  share_ = torch::ones({1}, measured.options().dtype(c10::toRealValueType(measured.scalar_type())));
}

CascadeKspace CascadeKspace::updated(DataConsistency form, const torch::Tensor& image,
                                     const torch::Tensor& weight) const {
  CascadeKspace next = *this;
  const auto refined = space_.roll(image);
  if (form == DataConsistency::variational) {
    next.base_ = base_ - refined;
    next.correction_ = correction_ - weight * (base_ + correction_);
    next.share_ = share_ + weight * (1 - share_);
  } else {
    next.base_ = refined;
    next.share_ = 1 / (1 + weight);
    next.correction_ = refined * -next.share_;
  }
  return next;
}

torch::Tensor CascadeKspace::combined() const {
  RECORD_FUNCTION(kProfiledAs, std::vector<c10::IValue>());
  return space_.unroll(
      consistent_coil_sum(CoilSum::combined, space_, base_, correction_, maps_, share_));
}

torch::Tensor CascadeKspace::magnitude() const {
  RECORD_FUNCTION(kProfiledAs, std::vector<c10::IValue>());
  return space_.unroll(root_or_zero(
      consistent_coil_sum(CoilSum::squares, space_, base_, correction_, maps_, share_)));
}

torch::Tensor CascadeKspace::whole() const {
  return consistent_kspace(space_, base_, correction_, maps_, share_);
}

CascadeKspace CascadeKspace::with(const std::vector<torch::Tensor>& tensors) const {
  CascadeKspace other = *this;
  other.base_ = tensors[0];
  other.correction_ = tensors[1];
  other.share_ = tensors[2];
  return other;
}

}  // namespace dircn
