#include "dircn/model/dircn.h"

#include <torch/types.h>

#include <memory>

#include "dircn/model/cascade.h"
#include "dircn/model/sensitivity.h"

namespace dircn {

DircnImpl::DircnImpl(const ModelConfig& config) : CascadedNetworkImpl(config) {
  const auto sensitivity = std::make_shared<SensitivityImpl>(config);
  torch::nn::ModuleList cascades;
  for (int64_t t = 0; t < config.cascades; ++t) {
    cascades->push_back(Cascade(config, t));
  }
  assemble(sensitivity, "i_cascades", cascades);
}

}  // namespace dircn
