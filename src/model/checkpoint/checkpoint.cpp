#include "dircn/model/checkpoint.h"

#include <algorithm>
#include <set>
#include <type_traits>

#include "dircn/core/error.h"
#include "dircn/formats/torch_file.h"
#include "dircn/model/network_table.h"
#include "model/checkpoint/key_prefix.h"
#include "model/checkpoint/weights_place.h"

namespace dircn {
namespace {

StateDict read_state(const PickleDict& dict, const WeightsPlace& place, const std::string& name) {
  StateDict state;
  for (const auto& [key, value] : dict.entries()) {
    const auto& text = std::get<std::string>(key);
    const std::string subject = name + ": " + excerpt(text);
    require(value.foreign() == nullptr, [&, &value = value] {
      return Error::Parts{subject, "an object " + value.kind(), "a tensor",
                          advice_for_weights(place.path)};
    });
    const torch::Tensor& tensor = value.as_tensor(subject);
    require(tensor.is_floating_point(), [&] {
      return Error::Parts{subject,
                          "a tensor of dtype " + static_cast<std::string>(tensor.dtype().name()),
                          "a float dtype"};
    });
    state.emplace_back(text, tensor);
  }
  return state;
}

void to_own_names(StateDict& state, const std::string& name) {
  const NetworkKind* kind = kind_of(state);
  std::set<std::string> seen;
  for (auto& [key, tensor] : state) {
    key = kind != nullptr ? kind->own_key(key) : key;
    const bool is_new = seen.insert(key).second;
    require(is_new, [&, &key = key] {
      return Error::Parts{name + ": " + excerpt(key), "the same parameter under two names", "one"};
    });
  }
}

// Every field of the network with its key; `Config` is ModelConfig or const ModelConfig.
template <typename Config, typename Visit>
void visit_fields(Config& config, const Visit& visit) {
  visit("name", config.name);
  visit("cascades", config.cascades);
  visit("channels", config.channels);
  visit("sensitivity_channels", config.sensitivity_channels);
  if (config.name == NetworkName::varnet) {
    visit("pools", config.pools);
    visit("sensitivity_pools", config.sensitivity_pools);
    visit("sensitivity_from", config.sensitivity_from);
    return;
  }
  visit("groups", config.groups);
  visit("sensitivity_groups", config.sensitivity_groups);
  visit("se_ratio", config.se_ratio);
  visit("se_squeeze", config.se_squeeze);
  visit("aggregation", config.aggregation);
  visit("data_consistency", config.data_consistency);
  visit("interconnections", config.interconnections);
}

template <typename T>
PickleValue value_of(const T& field) {
  if constexpr (std::is_enum_v<T>) {
    return to_string(field);
  } else {
    return field;
  }
}

template <typename T>
T read(const PickleValue& value, const std::string& subject) {
  if constexpr (std::is_enum_v<T>) {
    return enum_value<T>(value.as_string(subject), subject);
  } else if constexpr (std::is_same_v<T, bool>) {
    return value.as_bool(subject);
  } else if constexpr (std::is_same_v<T, double>) {
    return value.as_double(subject);
  } else {
    return value.as_int(subject);
  }
}

/// The reverse of `to_dict`. Throws `Error` naming `subject` (the file) and the key for an unknown
/// or a missing key, a value of a wrong type or one out of range.
ModelConfig model_config_from(const PickleDict& dict, const std::string& subject) {
  ModelConfig config;
  std::vector<std::string> keys;
  visit_fields(config, [&](const char* key, auto& field) {
    keys.emplace_back(key);
    if (std::is_same_v<decltype(field), NetworkName&> && dict.find(key) == nullptr) {
      return;  // written when there was one network
    }
    field = read<std::decay_t<decltype(field)>>(dict.at(key, subject), subject + "." + key);
  });
  for (const auto& [key, value] : dict.entries()) {
    const auto* text = std::get_if<std::string>(&key);
    const std::string name = text != nullptr ? *text : std::to_string(std::get<int64_t>(key));
    require(std::count(keys.begin(), keys.end(), name) > 0, [&] {
      return Error::Parts{subject, "an unknown key " + excerpt(name),
                          "the keys " + join_names(keys), "Was it written by a newer dircn?"};
    });
  }
  try {
    config.check();
  } catch (const Error& error) {
    Error::Parts parts = error.parts();
    parts.subject = subject + ": " + parts.subject;
    throw Error(parts);
  }
  return config;
}

}  // namespace

PickleDict to_dict(const ModelConfig& config) {
  PickleDict dict;
  visit_fields(config, [&](const char* key, const auto& field) { dict.set(key, value_of(field)); });
  return dict;
}

Checkpoint load_checkpoint(const std::filesystem::path& path) {
  const std::string name = path.string();
  Checkpoint checkpoint{path, {}, std::nullopt, load_torch_file(path), ""};
  const WeightsPlace place = find_weights(checkpoint.contents.as_dict(name), name);
  checkpoint.place = dotted(place.path);
  checkpoint.state = read_state(without_prefix(*place.weights, name), place, name);
  to_own_names(checkpoint.state, name);
  if (const PickleValue* model = checkpoint.contents.as_dict().find(kModelConfig)) {
    const std::string subject = name + ": " + kModelConfig;
    checkpoint.model = model_config_from(model->as_dict(subject), subject);
  }
  return checkpoint;
}

void save_checkpoint(const std::filesystem::path& path, const StateDict& state,
                     const ModelConfig& model, const PickleDict& extra) {
  PickleDict file = extra;
  file.set("state_dict", kind_of(model).file_state(state, model));
  file.set(kModelConfig, to_dict(model));
  save_torch_file(path, file);
}

}  // namespace dircn
