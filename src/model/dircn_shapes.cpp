// What the shapes of DIRCN's parameters tell of its configuration.

#include <torch/types.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "model/dircn_kind.h"

namespace dircn {
namespace {

/// The sizes of parameters by name.
class Shapes {
 public:
  explicit Shapes(const StateDict& state) {
    for (const auto& [key, tensor] : state) {
      sizes_.emplace(key, tensor.sizes().vec());
    }
  }

  std::optional<int64_t> size(const std::string& key, size_t axis) const {
    const auto place = sizes_.find(key);
    const bool known = place != sizes_.end() && axis < place->second.size();
    return known ? std::optional<int64_t>(place->second[axis]) : std::nullopt;
  }

 private:
  std::map<std::string, std::vector<int64_t>> sizes_;
};

template <typename T>
void set(PickleDict& model, const char* key, const std::optional<T>& value) {
  if (value) {
    model.set(key, *value);
  }
}

std::string unet_of_cascade(int index) {
  return "i_cascades." + std::to_string(index) + ".i_model.model.";
}

const std::string kSensitivityUnet = "sens_net.model.model.";

std::optional<int64_t> channels_of(const Shapes& shapes, const std::string& unet) {
  return shapes.size(unet + "inc.conv1.weight", 0);
}

std::optional<int64_t> groups_of(const Shapes& shapes, const std::string& unet) {
  const auto out = shapes.size(unet + "inc.conv2.weight", 0);
  const auto in_group = shapes.size(unet + "inc.conv2.weight", 1);
  return out && in_group.value_or(0) > 0 ? std::optional<int64_t>(*out / *in_group) : std::nullopt;
}

void add_squeeze(const Shapes& shapes, PickleDict& model) {
  // The widest layer, whose rounding hides least of the ratio.
  const std::string layer = unet_of_cascade(0) + "down4_bottle.0.se.";
  const auto squeezed = shapes.size(layer + "layer_1.weight", 0);
  const auto seen = shapes.size(layer + "layer_1.weight", 1);
  const auto channels = shapes.size(layer + "layer_2.weight", 0);
  if (squeezed && seen && channels.value_or(0) > 0) {
    model.set("se_ratio", static_cast<double>(*squeezed) / static_cast<double>(*channels));
    model.set("se_squeeze", *seen == *channels ? "normalized" : "statistics");
  }
}

std::optional<std::string> aggregation_of(const Shapes& shapes, const StateDict& state) {
  const bool weights = std::any_of(state.begin(), state.end(), [](const auto& entry) {
    return has_role(entry.first, ParameterRole::aggregation);
  });
  const auto in = shapes.size(unet_of_cascade(1) + "input.0.weight", 1);
  if (in.value_or(0) > 2) {
    return "concat";
  }
  if (weights) {
    return "weighted_sum or none";
  }
  return in ? "none" : "concat or none";
}

}  // namespace

PickleDict dircn_from_shapes(const StateDict& state) {
  const Shapes shapes(state);
  PickleDict model;
  const int64_t cascades = count_cascades(state);
  if (cascades == 0) {
    return model;
  }
  const auto channels = channels_of(shapes, unet_of_cascade(0));
  model.set("cascades", cascades);
  set(model, "channels", channels);
  set(model, "sensitivity_channels", channels_of(shapes, kSensitivityUnet));
  set(model, "groups", groups_of(shapes, unet_of_cascade(0)));
  set(model, "sensitivity_groups", groups_of(shapes, kSensitivityUnet));
  add_squeeze(shapes, model);
  set(model, "aggregation", aggregation_of(shapes, state));
  const auto joined = shapes.size(unet_of_cascade(1) + "out_channel.0.weight", 1);
  if (joined && channels) {
    model.set("interconnections", *joined == 3 * *channels);
  }
  return model;
}

}  // namespace dircn
