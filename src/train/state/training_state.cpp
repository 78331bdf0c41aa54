#include "train/state/training_state.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <vector>

#include "dircn/core/error.h"
#include "dircn/core/log.h"
#include "dircn/model/checkpoint.h"
#include "dircn/model/module_state.h"
#include "dircn/train/optimizer.h"
#include "train/plan/phase_start.h"

namespace dircn {
namespace {

constexpr const char* kOptimizer = "optimizer";
constexpr const char* kConfig = "config";
constexpr const char* kSchedule = "schedule";
constexpr const char* kOverfitting = "overfitting";
constexpr const char* kFocal = "focal";
constexpr const char* kAverage = "ema";
constexpr const char* kMetrics = "metrics";
constexpr const char* kOtherRun =
    "Resume with the configuration of that run (its config.yaml), or start a new one in another "
    "--output.";

/// What a run must not change on its way.
bool is_fixed(const std::string& key) {
  return key.rfind("model.", 0) == 0 || key == "train.seed" || key == "data.split_seed" ||
         key == "data.validation_share" || key == "train.optimizer.kind" ||
         key == "train.optimizer.amsgrad";
}

void compare(const Config& before, const Config& now, const std::string& name) {
  const auto found = differences(before, now);
  std::vector<ConfigDifference> fixed;
  std::vector<ConfigDifference> changed;
  std::partition_copy(found.begin(), found.end(), std::back_inserter(fixed),
                      std::back_inserter(changed),
                      [](const ConfigDifference& difference) { return is_fixed(difference.key); });
  require(fixed.empty(), [&] {
    return Error::Parts{name, "a checkpoint of another configuration: " + to_text(fixed),
                        "the same model, seed, split and kind of optimiser", kOtherRun};
  });
  if (!changed.empty()) {
    log_warning("continuing with another configuration than that of " + name + ": " +
                to_text(changed));
  }
}

/// Whether the phase that a checkpoint was written in is one of the configuration's.
void check_phase(const std::vector<PhaseConfig>& phases, const RunPosition& position,
                 const Checkpoint& checkpoint) {
  const std::string name = checkpoint.path.string();
  const auto planned = static_cast<int64_t>(phases.size());
  require(position.phase < planned, [&] {
    return Error::Parts{name, "a run in its phase " + std::to_string(position.phase + 1),
                        "one of the " + std::to_string(planned) + " in train.phases", kOtherRun};
  });
  const int64_t expected = phases[static_cast<size_t>(position.phase)].cascades;
  const int64_t cascades = checkpoint.model ? checkpoint.model->cascades : 0;
  require(cascades == expected, [&] {
    return Error::Parts{
        name, std::to_string(cascades) + " cascades",
        std::to_string(expected) + ", as phase " + std::to_string(position.phase + 1) + " has them",
        kOtherRun};
  });
}

/// The averaged weights that a checkpoint holds.
void load_average(MovingAverage& average, const PickleDict& weights, const Checkpoint& of) {
  Checkpoint averaged = of;
  for (auto& [key, tensor] : averaged.state) {
    tensor = weights.at(key, of.path.string() + ": " + kAverage)
                 .as_tensor(of.path.string() + ": " + kAverage + ": " + key);
  }
  load_state(*average.network(), averaged);
}

PickleDict to_dict(const StateDict& weights) {
  PickleDict dict;
  for (const auto& [key, tensor] : weights) {
    dict.set(key, tensor);
  }
  return dict;
}

}  // namespace

void save_training_state(const std::filesystem::path& path, TrainingState& state,
                         const Config& config) {
  PickleDict contents{
      {"epoch", state.position.epoch},
      {kOptimizer, optimizer_state(*state.optimizer, config.train.optimizer, state.network)},
      {kConfig, to_yaml(config)},
      {kSchedule, state.schedule.state()},
      {kOverfitting, state.overfitting.state()},
      {kFocal, state.focal.state()},
      {kMetrics, state.metrics},
      {kPosition, to_dict(state.position)}};
  if (state.average) {
    contents.set(kAverage, to_dict(state_of(*state.average->network())));
  }
  save_checkpoint(path, state_of(*state.network), state.network->config(), contents);
}

TrainingState load_training_state(const std::filesystem::path& path, const Config& config,
                                  torch::Device device) {
  const std::string name = path.string();
  const auto checkpoint = load_checkpoint(path);
  const auto& contents = checkpoint.contents.as_dict(name);
  for (const char* key : {kOptimizer, kConfig, kPosition, kSchedule, kOverfitting, kFocal}) {
    require(contents.find(key) != nullptr, [&] {
      return Error::Parts{name, "a checkpoint without '" + std::string(key) + "'",
                          "one that dircn_train wrote", "Resume from a run's last.pt."};
    });
  }
  const auto entry = [&](const char* key) -> const PickleDict& {
    return contents.at(key).as_dict(name + ": " + key);
  };
  compare(parse_stored_config(contents.at(kConfig).as_string(name + ": " + kConfig), name), config,
          name);
  const RunPosition position = position_of(checkpoint);
  const auto phases = plan(config, position.start_cascades);
  check_phase(phases, position, checkpoint);
  const Network network = make_network(*checkpoint.model);
  load_state(*network, checkpoint);
  TrainingState state = begin_phase(network, position, phases, config, device);
  load_optimizer_state(*state.optimizer, config.train.optimizer, network, contents.at(kOptimizer),
                       path);
  state.schedule.load(entry(kSchedule), name + ": " + kSchedule);
  state.overfitting.load(entry(kOverfitting), name + ": " + kOverfitting);
  state.focal.load(entry(kFocal), name + ": " + kFocal);
  if (state.average && contents.find(kAverage) != nullptr) {
    load_average(*state.average, entry(kAverage), checkpoint);
  }
  if (const auto* metrics = contents.find(kMetrics)) {
    state.metrics = metrics->as_string(name + ": " + kMetrics);
  }
  return state;
}

}  // namespace dircn
