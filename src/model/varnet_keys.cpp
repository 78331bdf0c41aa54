// The keys of E2E-VarNet's parameters.

#include <memory>

#include "dircn/model/varnet.h"
#include "model/cascade_key.h"
#include "model/varnet_kind.h"

namespace dircn {

Network make_varnet(const ModelConfig& config) {
  return std::make_shared<VarnetImpl>(config);
}

Calibration varnet_calibration(const ModelConfig& config) {
  return config.sensitivity_from == MapsFrom::all ? Calibration::all
                                                  : Calibration::symmetric_centre;
}

std::optional<ParameterPlace> varnet_place_of(const std::string& key) {
  if (begins_with(key, "sens_net.norm_unet.")) {
    return ParameterPlace{ParameterRole::sensitivity, std::nullopt};
  }
  const auto cascade = cascade_of(key, "cascades.");
  return cascade ? std::optional<ParameterPlace>({role_in_cascade(key), cascade}) : std::nullopt;
}

std::string varnet_own_key(const std::string& key) {
  return key;
}

PickleDict varnet_file_state(const StateDict& state, const ModelConfig& /*config*/) {
  PickleDict dict;
  for (const auto& [key, tensor] : state) {
    dict.set(key, tensor);
  }
  return dict;
}

}  // namespace dircn
