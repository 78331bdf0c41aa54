#pragma once

#include <torch/nn/pimpl.h>
#include <torch/types.h>

#include "dircn/config/model_config.h"
#include "dircn/model/cascaded_network.h"

namespace dircn {

/// The densely interconnected residual cascading network (Ottesen et al., arXiv 2207.02073) and the
/// weighted-sum variant of the 2022 challenge: undersampled multi-coil k-space in, magnitude image
/// out. Parameter names and their order are the reference implementation's.
///
///     Dircn network{ModelConfig{}};
///     auto image = network->forward(masked_kspace, canonical_mask(mask));
class DircnImpl : public CascadedNetworkImpl {
 public:
  /// Throws `Error` if `config.check()` does.
  explicit DircnImpl(const ModelConfig& config);
};
TORCH_MODULE(Dircn);

}  // namespace dircn
