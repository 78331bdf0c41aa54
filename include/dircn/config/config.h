#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "dircn/config/data_config.h"
#include "dircn/config/model_config.h"
#include "dircn/config/train_config.h"

namespace dircn {

/// Everything a YAML file can say. Each key has a default: the members' initial values.
struct Config {
  ModelConfig model;
  DataConfig data;
  TrainConfig train;

  /// Where each key that a file or an override sets was set last: "model.channels" → "a.yaml:4". No
  /// value of the configuration: it is neither compared nor printed.
  std::map<std::string, std::string> places;

  /// Throws `Error`, with the key as its subject, if a value is out of range or two values
  /// contradict each other.
  void check() const;
};

/// Who says which network it is where `model.name` is not set: the configuration, with its default,
/// or a checkpoint beside it. Then `model` may have keys of any network, and nothing else of it is
/// checked: `model_of` does that.
enum class ModelFrom { configuration, checkpoint };

/// Reads a YAML file and the files that it extends (`extends: other.yaml`, relative to the
/// extending file; the nearer file wins, maps merge, lists replace), then the overrides, each
/// "section.key=value" with a value in YAML. Throws `Error` naming file, line and key (or the
/// override) for whatever is not a valid configuration.
Config load_config(const std::filesystem::path& path,
                   const std::vector<std::string>& overrides = {},
                   ModelFrom model_from = ModelFrom::configuration);

/// The same for a text; `name` stands for the file in messages and `extends` counts from its
/// folder.
Config parse_config(const std::string& yaml, const std::string& name,
                    const std::vector<std::string>& overrides = {},
                    ModelFrom model_from = ModelFrom::configuration);

/// The same for what `to_yaml` wrote into a checkpoint, perhaps long ago: keys that are no longer
/// there are left out, which the log tells.
Config parse_stored_config(const std::string& yaml, const std::string& name);

/// All keys as YAML; `parse_config` reads back exactly the same values.
std::string to_yaml(const Config& config);

/// A key with two values, as YAML.
struct ConfigDifference {
  std::string key;  // dotted
  std::string before;
  std::string now;
};

/// The keys whose values differ, in the order of the file.
std::vector<ConfigDifference> differences(const Config& before, const Config& now);

/// For messages about a checkpoint's configuration: "KEY BEFORE there, NOW here, KEY ...".
std::string to_text(const std::vector<ConfigDifference>& differences);

}  // namespace dircn
