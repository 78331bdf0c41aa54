#include "dircn/model/network.h"

#include <torch/types.h>

#include <sstream>

#include "dircn/core/error.h"

namespace dircn {

NetworkImpl::NetworkImpl(const ModelConfig& config) : config_(config) {
  config_.check();
}

void NetworkImpl::check_input(const torch::Tensor& masked_kspace, const torch::Tensor& mask) {
  const bool usable = masked_kspace.dim() == 4 && masked_kspace.is_complex() && mask.dim() == 4 &&
                      mask.size(1) == 1 &&
                      (mask.size(0) == 1 || mask.size(0) == masked_kspace.size(0)) &&
                      (mask.size(2) == 1 || mask.size(2) == masked_kspace.size(2)) &&
                      mask.size(3) == masked_kspace.size(3) && mask.scalar_type() == torch::kBool;
  require(usable, [&] {
    std::ostringstream found;
    found << "k-space " << masked_kspace.sizes() << " of " << masked_kspace.dtype() << " with mask "
          << mask.sizes() << " of " << mask.dtype();
    return Error::Parts{
        "network input", found.str(),
        "complex k-space [B, C, H, W] and a bool mask [B or 1, 1, H or 1, W] of the same H and W"};
  });
}

}  // namespace dircn
