#include "dircn/model/model_config_dict.h"

#include <algorithm>
#include <vector>

namespace dircn {
namespace {

// Every field with its key; `Config` is ModelConfig or const ModelConfig.
template <typename Config, typename Visit>
void visit_fields(Config& config, const Visit& visit) {
  visit("cascades", config.cascades);
  visit("channels", config.channels);
  visit("sensitivity_channels", config.sensitivity_channels);
  visit("groups", config.groups);
  visit("sensitivity_groups", config.sensitivity_groups);
  visit("se_ratio", config.se_ratio);
  visit("se_squeeze", config.se_squeeze);
  visit("aggregation", config.aggregation);
  visit("data_consistency", config.data_consistency);
  visit("interconnections", config.interconnections);
}

PickleValue value_of(int64_t field) {
  return field;
}
PickleValue value_of(double field) {
  return field;
}
PickleValue value_of(bool field) {
  return field;
}
template <typename E>
PickleValue value_of(E field) {
  return to_string(field);
}

void read(const PickleValue& value, const std::string& subject, int64_t& field) {
  field = value.as_int(subject);
}
void read(const PickleValue& value, const std::string& subject, double& field) {
  field = value.as_double(subject);
}
void read(const PickleValue& value, const std::string& subject, bool& field) {
  field = value.as_bool(subject);
}
template <typename E>
void read(const PickleValue& value, const std::string& subject, E& field) {
  field = enum_value<E>(value.as_string(subject), subject);
}

}  // namespace

PickleDict to_dict(const ModelConfig& config) {
  PickleDict dict;
  visit_fields(config, [&](const char* key, const auto& field) { dict.set(key, value_of(field)); });
  return dict;
}

ModelConfig model_config_from(const PickleDict& dict, const std::string& subject) {
  ModelConfig config;
  std::vector<std::string> keys;
  visit_fields(config, [&](const char* key, auto& field) {
    read(dict.at(key, subject), subject + "." + key, field);
    keys.emplace_back(key);
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
