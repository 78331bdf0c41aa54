#include "dircn/reconstruct/provenance.h"

#include <cstddef>
#include <cstdint>

#include "dircn/config/model_config.h"
#include "dircn/core/text.h"
#include "dircn/model/network_table.h"
#include "dircn/runtime/versions.h"

namespace dircn {
namespace {

constexpr double kMillion = 1e6;

std::string described(const Network& network) {
  int64_t parameters = 0;
  for (const auto& parameter : network->parameters()) {
    parameters += parameter.numel();
  }
  const ModelConfig& model = network->config();
  return std::string(kind_of(model).title) + ", " + std::to_string(model.cascades) + " cascades, " +
         std::to_string(model.channels) + " channels, " +
         significant(static_cast<double>(parameters) / kMillion, 3) + " million parameters";
}

}  // namespace

std::map<std::string, std::string> provenance(const std::string& method) {
  return {{kProvenance[0].first, method}, {kProvenance[1].first, versions_text()}};
}

std::string network_description(const std::vector<std::filesystem::path>& checkpoints,
                                const std::vector<Network>& networks,
                                const EnsembleOptions& options) {
  std::string text = networks.size() > 1 ? "mean of " : "";
  for (size_t i = 0; i < networks.size(); ++i) {
    text += (i == 0 ? "" : "; ") + checkpoints[i].string() + " (" + described(networks[i]) + ")";
  }
  return text + (options.flips ? ", averaged over flips" : "");
}

}  // namespace dircn
