#include <torch/types.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "dircn/model/checkpoint.h"
#include "dircn/model/checkpoint_model.h"
#include "dircn/model/network_table.h"
#include "inspect/report.h"

namespace dircn::detail {
namespace {

const PickleDict* dict_at(const PickleDict& contents, const char* key) {
  const PickleValue* value = contents.find(key);
  return value != nullptr && value->is_dict() ? &value->as_dict() : nullptr;
}

/// A number, a text or a truth value; null for anything else.
Report scalar(const PickleValue& value) {
  if (value.is_bool()) {
    return value.as_bool();
  }
  if (value.is_int()) {
    return value.as_int();
  }
  if (value.is_double()) {
    return value.as_double();
  }
  return value.is_string() ? Report(excerpt(value.as_string())) : Report();
}

Report scalar_at(const PickleDict* dict, const char* key) {
  const PickleValue* value = dict != nullptr ? dict->find(key) : nullptr;
  return value != nullptr ? scalar(*value) : Report();
}

/// By the names of the parameters.
ParameterCount count_parameters(const StateDict& state) {
  ParameterCount count;
  for (const auto& [key, tensor] : state) {
    const auto place = place_of(key);
    if (!place) {
      count.other += tensor.numel();
      continue;
    }
    switch (place->role) {
      case ParameterRole::sensitivity:
        count.sensitivity += tensor.numel();
        break;
      case ParameterRole::data_consistency:
        count.data_consistency += tensor.numel();
        break;
      case ParameterRole::aggregation:
        count.aggregation += tensor.numel();
        break;
      case ParameterRole::refinement:
        const auto cascade = static_cast<size_t>(*place->cascade);
        count.cascades.resize(std::max(count.cascades.size(), cascade + 1), 0);
        count.cascades[cascade] += tensor.numel();
    }
  }
  return count;
}

/// The checkpoint's own configuration, or what the shapes tell of it.
Report model_report(const Checkpoint& checkpoint) {
  Report report = Report::object();
  for (const ModelFinding& finding : model_findings(checkpoint)) {
    report[finding.key] = finding.words.empty() ? scalar(finding.value) : Report(finding.words);
  }
  return report;
}

/// How many tensors there are of each type.
Report dtypes(const StateDict& state) {
  std::map<std::string, int64_t> counts;
  for (const auto& entry : state) {
    ++counts[c10::toString(entry.second.scalar_type())];
  }
  Report report = Report::object();
  for (const auto& [name, count] : counts) {
    report[name] = count;
  }
  return report;
}

int64_t not_finite(const StateDict& state) {
  int64_t count = 0;
  for (const auto& entry : state) {
    count += entry.second.numel() - torch::isfinite(entry.second).sum().item<int64_t>();
  }
  return count;
}

/// Counts NaN and Inf, except in a file that says the same numbers so often that it would take
/// forever.
void check_values(const Checkpoint& checkpoint, int64_t parameters, Report& report,
                  Problems& problems) {
  const std::string name = checkpoint.path.string();
  if (parameters > static_cast<int64_t>(std::filesystem::file_size(checkpoint.path))) {
    report["not_finite"] = nullptr;
    problems.push_back(name + ": found parameters that share their numbers; expected each its own");
    return;
  }
  const int64_t count = not_finite(checkpoint.state);
  report["not_finite"] = count;
  if (count > 0) {
    problems.push_back(name + ": found " + std::to_string(count) +
                       " parameters that are NaN or Inf; expected finite values");
  }
}

/// The part of a file that says how far training had come.
void add_progress(const PickleDict& contents, Report& report) {
  const PickleDict* training = dict_at(contents, "training");
  const bool ours = training != nullptr;
  const Report best = ours ? scalar_at(training, "best_ssim") : Report();
  const bool scored = best.is_number() && best.get<double>() >= 0;
  report["epoch"] = scalar_at(&contents, "epoch");
  report["steps"] = scalar_at(training, "steps");
  report["best_ssim"] = scored ? best : Report();
  report["best_epoch"] = scored ? scalar_at(training, "best_epoch") : Report();
  report["best_val_loss"] = scalar_at(&contents, "best_val_loss");
  report["optimizer"] = contents.find("optimizer") != nullptr;
}

}  // namespace

Report to_report(const ParameterCount& count) {
  Report report{{"total", count.total()}};
  const std::pair<const char*, Report> parts[] = {
      {"sensitivity", count.sensitivity},
      {"cascades", count.cascades},
      {"data_consistency_weights", count.data_consistency},
      {"aggregation_weights", count.aggregation},
      {"other", count.other}};
  for (const auto& [name, parameters] : parts) {
    if (!parameters.empty() && parameters != 0) {
      report[name] = parameters;
    }
  }
  return report;
}

Report checkpoint_report(const std::filesystem::path& path, Problems& problems) {
  const Checkpoint checkpoint = load_checkpoint(path);
  const PickleDict& contents = checkpoint.contents.as_dict(path.string());
  const ParameterCount parameters = count_parameters(checkpoint.state);
  const bool network = !parameters.cascades.empty();
  Report report{{"kind", "checkpoint"}, {"bytes", std::filesystem::file_size(path)}};
  report["format"] = checkpoint.model ? "dircn" : network ? "reference" : "another network";
  report["state_dict"] = checkpoint.place.empty() ? "none" : checkpoint.place;
  report["tensors"] = checkpoint.state.size();
  report["dtypes"] = dtypes(checkpoint.state);
  check_values(checkpoint, parameters.total(), report, problems);
  add_progress(contents, report);
  report["model_known_from"] = checkpoint.model ? "checkpoint" : "shapes";
  report["model"] = model_report(checkpoint);
  report["parameters"] = to_report(parameters);
  return report;
}

}  // namespace dircn::detail
