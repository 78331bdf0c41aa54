#include <yaml-cpp/yaml.h>

#include <cstdint>
#include <filesystem>
#include <string>

#include "dircn/config/config.h"
#include "dircn/model/network_table.h"
#include "inspect/report.h"

namespace dircn::detail {
namespace {

Report scalar(const YAML::Node& node) {
  bool truth = false;
  int64_t integer = 0;
  double number = 0;
  if (node.Tag() == "!") {  // quoted: a text, whatever it looks like
    return node.Scalar();
  }
  if (YAML::convert<int64_t>::decode(node, integer)) {
    return integer;
  }
  if (YAML::convert<double>::decode(node, number)) {
    return number;
  }
  return YAML::convert<bool>::decode(node, truth) ? Report(truth) : Report(node.Scalar());
}

/// What `to_yaml` printed, as JSON.
Report from_yaml(const YAML::Node& node) {
  if (node.IsMap()) {
    Report object = Report::object();
    for (const auto& entry : node) {
      object[entry.first.Scalar()] = from_yaml(entry.second);
    }
    return object;
  }
  if (node.IsSequence()) {
    Report list = Report::array();
    for (const auto& item : node) {
      list.push_back(from_yaml(item));
    }
    return list;
  }
  return scalar(node);
}

}  // namespace

Report config_report(const std::filesystem::path& path) {
  const Config config = load_config(path);
  Report report{{"kind", "configuration"}};
  report["parameters"] = to_report(kind_of(config.model).count(config.model));
  const Report values = from_yaml(YAML::Load(to_yaml(config)));
  for (const auto& section : values.items()) {
    report[section.key()] = section.value();
  }
  return report;
}

}  // namespace dircn::detail
