// What the shapes of DIRCN's parameters tell of its configuration.

#include <torch/types.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "dircn/config/names.h"
#include "dircn/model/squeeze_excitation.h"
#include "model/dircn_kind.h"
#include "model/parameter_shapes.h"

namespace dircn {
namespace {

const std::string kSensitivityUnet = "sens_net.model.model.";

std::string unet_of_cascade(int index) {
  return "i_cascades." + std::to_string(index) + ".i_model.model.";
}

std::optional<int64_t> channels_of(const ParameterShapes& shapes, const std::string& unet) {
  return shapes.size(unet + "inc.conv1.weight", 0);
}

std::optional<int64_t> groups_of(const ParameterShapes& shapes, const std::string& unet) {
  const auto out = shapes.size(unet + "inc.conv2.weight", 0);
  const auto in_group = shapes.size(unet + "inc.conv2.weight", 1);
  return out && in_group.value_or(0) > 0 ? std::optional<int64_t>(*out / *in_group) : std::nullopt;
}

/// The channels of each squeeze-and-excitation and of its squeezed layer, equal ones once.
using Squeezes = std::set<std::pair<int64_t, int64_t>>;

Squeezes squeezes_of(const StateDict& state) {
  const std::string end = ".se.layer_2.weight";
  Squeezes squeezes;
  for (const auto& [key, tensor] : state) {
    const bool is_one = key.size() > end.size() &&
                        key.compare(key.size() - end.size(), end.size(), end) == 0 &&
                        tensor.dim() >= 2 && tensor.numel() > 0;
    if (is_one) {
      squeezes.emplace(tensor.size(0), tensor.size(1));
    }
  }
  return squeezes;
}

bool fits(const Squeezes& squeezes, double ratio) {
  return std::all_of(squeezes.begin(), squeezes.end(), [&](const auto& squeeze) {
    return squeezed_channels(squeeze.first, ratio) == squeeze.second;
  });
}

/// Of a layer of one channel only, whatever it was rounded from, a ratio is no bound.
double smallest_ratio(const Squeezes& squeezes) {
  double ratio = 1.0 / static_cast<double>(squeezes.rbegin()->first);
  for (const auto& [channels, squeezed] : squeezes) {
    if (squeezed > 1) {
      ratio = std::max(ratio, static_cast<double>(squeezed) / static_cast<double>(channels));
    }
  }
  return fits(squeezes, ratio) ? ratio : std::nextafter(ratio, 1.0);  // a quotient is rounded
}

void add_squeeze(const ParameterShapes& shapes, const StateDict& state, ModelFindings& findings) {
  const Squeezes squeezes = squeezes_of(state);
  const std::string layer = unet_of_cascade(0) + "down4_bottle.0.se.";
  const auto seen = shapes.size(layer + "layer_1.weight", 1);
  const auto channels = shapes.size(layer + "layer_2.weight", 0);
  if (!squeezes.empty()) {
    const double usual = ModelConfig().se_ratio;
    findings.push_back(
        {"se_ratio", fits(squeezes, usual) ? usual : smallest_ratio(squeezes), "",
         [squeezes](const ModelConfig& model) { return fits(squeezes, model.se_ratio); }});
  }
  if (seen && channels) {
    findings.push_back(found("se_squeeze", to_string(*seen == *channels ? SeSqueeze::normalized
                                                                        : SeSqueeze::statistics)));
  }
}

ModelFinding aggregation_of(const ParameterShapes& shapes, const StateDict& state) {
  const auto named = [](Aggregation aggregation) { return to_string(aggregation); };
  const bool weights = std::any_of(state.begin(), state.end(), [](const auto& entry) {
    return has_role(entry.first, ParameterRole::aggregation);
  });
  const auto in = shapes.size(unet_of_cascade(1) + "input.0.weight", 1);
  if (in.value_or(0) > 2) {
    return found("aggregation", named(Aggregation::concat));
  }
  if (in && !weights) {
    return found("aggregation", named(Aggregation::none));
  }
  return found_either("aggregation",
                      named(weights ? Aggregation::weighted_sum : Aggregation::concat),
                      named(Aggregation::none));
}

}  // namespace

ModelFindings dircn_from_shapes(const StateDict& state) {
  const ParameterShapes shapes(state);
  const int64_t cascades = count_cascades(state);
  if (cascades == 0) {
    return {};
  }
  const auto channels = channels_of(shapes, unet_of_cascade(0));
  ModelFindings findings{found("name", to_string(NetworkName::dircn)), found("cascades", cascades)};
  add_found(findings, "channels", channels);
  add_found(findings, "sensitivity_channels", channels_of(shapes, kSensitivityUnet));
  add_found(findings, "groups", groups_of(shapes, unet_of_cascade(0)));
  add_found(findings, "sensitivity_groups", groups_of(shapes, kSensitivityUnet));
  add_squeeze(shapes, state, findings);
  findings.push_back(aggregation_of(shapes, state));
  const auto joined = shapes.size(unet_of_cascade(1) + "out_channel.0.weight", 1);
  if (joined && channels) {
    findings.push_back(found("interconnections", *joined == 3 * *channels));
  }
  return findings;
}

}  // namespace dircn
