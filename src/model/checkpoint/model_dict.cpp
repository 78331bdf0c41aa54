#include "model/checkpoint/model_dict.h"

#include <algorithm>
#include <type_traits>
#include <vector>

#include "dircn/core/error.h"
#include "dircn/core/text.h"
#include "dircn/model/checkpoint.h"

namespace dircn {
namespace {

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

}  // namespace

PickleDict to_dict(const ModelConfig& config) {
  PickleDict dict;
  visit_fields(config, [&](const char* key, const auto& field) { dict.set(key, value_of(field)); });
  return dict;
}

std::string to_text(const PickleValue& value) {
  if (value.is_bool()) {
    return value.as_bool() ? "true" : "false";
  }
  if (value.is_int()) {
    return std::to_string(value.as_int());
  }
  return value.is_double() ? shortest(value.as_double()) : value.as_string();
}

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

}  // namespace dircn
