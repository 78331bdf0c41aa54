#include "dircn/model/checkpoint_model.h"

#include <algorithm>
#include <string>
#include <vector>

#include "dircn/core/log.h"
#include "dircn/core/text.h"
#include "dircn/model/network_table.h"
#include "model/checkpoint/model_dict.h"

namespace dircn {
namespace {

const std::string kSection = "model.";
const std::string kName = kSection + "name";

std::string text_at(const PickleDict& model, const std::string& key) {
  const PickleValue* value = model.find(key);
  return value != nullptr ? to_text(*value) : "no such key";
}

/// A run grows: cascades that one of its phases has are its own.
bool is_of_a_phase(const ConfigDifference& difference, const Config& config) {
  const auto& phases = config.train.phases;
  return difference.key == kSection + "cascades" &&
         std::any_of(phases.begin(), phases.end(), [&](const PhaseConfig& phase) {
           return std::to_string(phase.cascades) == difference.before;
         });
}

/// What was set and does not fit.
std::vector<ConfigDifference> set_contradictions(const ModelFindings& findings,
                                                 const ModelConfig& given, const Config& config) {
  std::vector<ConfigDifference> all = contradictions(findings, given);
  const auto fits = [&](const ConfigDifference& difference) {
    return config.places.count(difference.key) == 0 || is_of_a_phase(difference, config);
  };
  all.erase(std::remove_if(all.begin(), all.end(), fits), all.end());
  return all;
}

/// Whoever extends a file cannot leave out what that one sets, but can replace it.
std::string advice_for(const std::vector<ConfigDifference>& differences,
                       const ModelFindings& findings) {
  std::string settings;
  for (const ConfigDifference& difference : differences) {
    const auto finding = std::find_if(findings.begin(), findings.end(), [&](const ModelFinding& f) {
      return kSection + f.key == difference.key;
    });
    settings += " " + difference.key + "=" + to_text(finding->value);
  }
  const std::string what = differences.front().key == kName ? "all of `model:`"
                           : differences.size() > 1         ? "the keys that do not fit"
                                                            : "the key";
  return "Leave out " + what +
         ": a checkpoint says what it is of. Instead of changing a file that others use, add "
         "--set" +
         settings;
}

void check_values(const Checkpoint& checkpoint, const ModelFindings& findings,
                  const ModelConfig& given, const Config& config) {
  const auto differences = set_contradictions(findings, given, config);
  require(differences.empty(), [&] {
    const ConfigDifference& first = differences.front();
    const std::string who = checkpoint.model ? ", as model_config in " : ", as the parameters in ";
    return Error::Parts{
        config.places.at(first.key) + ": " + first.key, first.now,
        first.before + who + checkpoint.path.string() + (checkpoint.model ? " has it" : " have it"),
        advice_for(differences, findings)};
  });
}

/// A file that does not name the network may have keys of another one than the checkpoint's.
void check_keys(const Checkpoint& checkpoint, const ModelConfig& given, const Config& config) {
  const PickleDict own = to_dict(given);
  for (const auto& [network, title] : EnumNames<NetworkName>::kTable) {
    ModelConfig set = config.model;
    set.name = network;
    const PickleDict keys = to_dict(set);
    for (const auto& [name, value] : keys.entries()) {
      const auto place = config.places.find(kSection + std::get<std::string>(name));
      require(own.find(name) != nullptr || place == config.places.end(), [&, &value = value] {
        return Error::Parts{place->second + ": " + place->first, to_text(value),
                            "no such key, as the network in " + checkpoint.path.string() + " is " +
                                to_string(given.name),
                            "Leave the key out: a checkpoint says what it is of."};
      });
    }
  }
}

/// What the checkpoint tells, and what was set and fits, over the defaults.
PickleDict joined(const ModelFindings& findings, const ModelConfig& given, const Config& config,
                  std::vector<std::string>& assumed) {
  const PickleDict settings = to_dict(given);
  const PickleDict defaults = to_dict(default_model(given.name));
  PickleDict model;
  for (const auto& [key, fallback] : defaults.entries()) {
    const auto& name = std::get<std::string>(key);
    const auto finding = std::find_if(findings.begin(), findings.end(),
                                      [&](const ModelFinding& f) { return f.key == name; });
    const bool told = finding != findings.end();
    const bool set = config.places.count(kSection + name) > 0;
    if (set && (!told || finding->fits(given))) {
      model.set(key, settings.at(key));
      continue;
    }
    model.set(key, told ? finding->value : fallback);
    if (!told || !finding->words.empty()) {
      assumed.push_back(name + " " + text_at(model, name));
    }
  }
  return model;
}

}  // namespace

ModelFindings model_findings(const Checkpoint& checkpoint) {
  if (!checkpoint.model) {
    const NetworkKind* kind = kind_of(checkpoint.state);
    return kind != nullptr ? kind->model_from_shapes(checkpoint.state) : ModelFindings();
  }
  ModelFindings findings;
  const PickleDict model = to_dict(*checkpoint.model);
  for (const auto& [key, value] : model.entries()) {
    findings.push_back(found(std::get<std::string>(key), value));
  }
  return findings;
}

Error::Parts no_network(const Checkpoint& checkpoint) {
  PickleDict names;
  for (const auto& entry : checkpoint.state) {
    names.set(entry.first, PickleValue());
  }
  return {checkpoint.path.string(), "parameters of another network: " + names.describe_keys(),
          "those of " + join_names(kind_titles()), "dircn reconstructs with no other network."};
}

std::vector<ConfigDifference> contradictions(const ModelFindings& findings,
                                             const ModelConfig& model) {
  std::vector<ConfigDifference> all;
  const PickleDict now = to_dict(model);
  for (const ModelFinding& finding : findings) {
    if (!finding.fits(model)) {
      all.push_back({kSection + finding.key, to_text(finding), text_at(now, finding.key)});
      if (all.back().key == kName) {
        break;
      }
    }
  }
  return all;
}

ModelConfig model_of(const Checkpoint& checkpoint, const Config& config) {
  const ModelFindings findings = model_findings(checkpoint);
  require(!findings.empty(), [&] { return no_network(checkpoint); });
  const std::string file = checkpoint.path.string();
  const auto name = enum_value<NetworkName>(findings.front().value.as_string(), file);
  ModelConfig given = config.model;
  given.name = config.places.count(kName) > 0 ? given.name : name;
  check_values(checkpoint, findings, given, config);
  check_keys(checkpoint, given, config);

  std::vector<std::string> assumed;
  const ModelConfig model = model_config_from(joined(findings, given, config, assumed), file);
  if (!assumed.empty()) {
    log_info(file + ": " + join_names(assumed) + ": assumed, as the parameters do not tell");
  }
  return model;
}

}  // namespace dircn
