// What the shapes of E2E-VarNet's parameters tell of its configuration.

#include <torch/types.h>

#include <cstdint>
#include <optional>
#include <string>

#include "dircn/config/names.h"
#include "model/parameter_shapes.h"
#include "model/varnet_kind.h"

namespace dircn {
namespace {

const std::string kVarnetMaps = "sens_net.norm_unet.unet.";

std::string varnet_unet(int64_t index) {
  return "cascades." + std::to_string(index) + ".model.unet.";
}

/// The channels behind a U-net's halvings, the first at full resolution.
std::optional<int64_t> channels_at(const ParameterShapes& shapes, const std::string& unet,
                                   int64_t level) {
  return shapes.size(unet + "down_sample_layers." + std::to_string(level) + ".layers.0.weight", 0);
}

std::optional<int64_t> pools_of(const ParameterShapes& shapes, const std::string& unet) {
  int64_t pools = 0;
  while (channels_at(shapes, unet, pools)) {
    ++pools;
  }
  return pools > 0 ? std::optional<int64_t>(pools) : std::nullopt;
}

}  // namespace

ModelFindings varnet_from_shapes(const StateDict& state) {
  const ParameterShapes shapes(state);
  int64_t cascades = 0;
  while (channels_at(shapes, varnet_unet(cascades), 0)) {
    ++cascades;
  }
  if (cascades == 0) {
    return {};
  }
  ModelFindings findings{found("name", to_string(NetworkName::varnet)),
                         found("cascades", cascades)};
  add_found(findings, "channels", channels_at(shapes, varnet_unet(0), 0));
  add_found(findings, "sensitivity_channels", channels_at(shapes, kVarnetMaps, 0));
  add_found(findings, "pools", pools_of(shapes, varnet_unet(0)));
  add_found(findings, "sensitivity_pools", pools_of(shapes, kVarnetMaps));
  return findings;
}

}  // namespace dircn
