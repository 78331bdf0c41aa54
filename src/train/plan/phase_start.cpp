#include "train/plan/phase_start.h"

#include <string>
#include <utility>

#include "dircn/core/error.h"
#include "dircn/core/log.h"
#include "dircn/core/text.h"
#include "dircn/model/checkpoint.h"
#include "dircn/model/module_state.h"
#include "dircn/train/optimizer.h"
#include "train/plan/freeze.h"
#include "train/plan/phase_plan.h"
#include "train/plan/phase_progress.h"
#include "train/plan/transfer.h"

namespace dircn {
namespace {

/// Of the network that a phase begins with; 0 if it begins with random weights.
int64_t cascades_before(const RunPosition& position, const std::vector<PhaseConfig>& phases) {
  return position.phase == 0 ? position.start_cascades
                             : phases[static_cast<size_t>(position.phase) - 1].cascades;
}

std::string counted(int64_t tensors, int64_t numbers) {
  return std::to_string(numbers) + " parameters in " + std::to_string(tensors) + " tensors";
}

std::string counted(const Network& network) {
  int64_t numbers = 0;
  const auto parameters = network->parameters();
  for (const auto& parameter : parameters) {
    numbers += parameter.numel();
  }
  return counted(static_cast<int64_t>(parameters.size()), numbers);
}

/// The network with the cascades of a phase.
Network with_cascades(const Network& network, const RunPosition& position, const PhaseConfig& phase,
                      int64_t seed) {
  const int64_t before = network->cascades();
  if (phase.cascades <= before) {
    return network;
  }
  const Growth growth = grown(network, phase.cascades, phase.added, seed + position.phase);
  log_info("added to " + std::to_string(before) + " cascades: " + std::to_string(growth.copied) +
           " copies of the last one, " + std::to_string(growth.fresh) + " with random weights");
  return growth.network;
}

std::string described(const RunPosition& position, const std::vector<PhaseConfig>& phases) {
  const PhaseConfig& phase = phase_of(position, phases);
  return "phase " + std::to_string(position.phase + 1) + "/" + std::to_string(phases.size()) +
         ": " + std::to_string(phase.cascades) + " cascades, " +
         (phase.until == PhaseEnd::overfitting ? "at most " : "") + std::to_string(phase.epochs) +
         " epochs, learning rate " + significant(phase.learning_rate, 3);
}

/// The weights after the phase's best epoch, as the run's folder has them. They are in no
/// checkpoint, so their file must say that it is of this phase.
void take_best_of_phase(const Network& network, const RunPosition& position,
                        const RunFolder& folder) {
  if (position.phase_best_ssim < 0) {
    log_warning("no best weights of the phase: continuing from its last ones");
    return;
  }
  const Checkpoint best = load_checkpoint(folder.phase_best());
  const RunPosition at = position_of(best);
  require(at.phase == position.phase && at.phase_best_ssim == position.phase_best_ssim, [&] {
    return Error::Parts{
        folder.phase_best().string(),
        "the best weights of another phase or of a branch that was left",
        "those of phase " + std::to_string(position.phase + 1) + " of the run that goes on",
        "Resume from a checkpoint of this phase, which trains on."};
  });
  load_state(*network, best);
  log_info("continuing from the best weights of the phase");
}

}  // namespace

TrainingState begin_phase(const Network& network, const RunPosition& position,
                          const std::vector<PhaseConfig>& phases, const Config& config,
                          torch::Device device) {
  const PhaseConfig& phase = phase_of(position, phases);
  network->to(device);
  network->set_checkpointing(config.train.checkpointing);
  const FreezeCounts counts = freeze(network, phase, cascades_before(position, phases));
  log_info(
      described(position, phases) + "; training " +
      counted(counts.trained_tensors, counts.trained_numbers) + ", frozen: " +
      (counts.frozen_tensors > 0 ? counted(counts.frozen_tensors, counts.frozen_numbers) : "none"));
  TrainingState state{position,
                      network,
                      make_optimizer(config.train.optimizer, network),
                      RateSchedule(config.train.schedule, phase.learning_rate),
                      OverfittingRule(phase.patience),
                      FocalWeights(config.train.loss.focal),
                      std::nullopt,
                      true,
                      ""};
  if (config.train.ema > 0) {
    state.average.emplace(network, config.train.ema);
  }
  return state;
}

TrainingState first_phase(const Config& config, torch::Device device) {
  RunPosition position;
  Network network;
  const TrainConfig& train = config.train;
  if (!train.start.empty()) {
    network = load_start(train.start, config.model);
    position.start_cascades = network->cascades();
    log_info("loaded " + counted(network) + " (" + std::to_string(position.start_cascades) +
             " cascades) from " + train.start);
  }
  const auto phases = plan(config, position.start_cascades);
  if (train.start.empty()) {
    ModelConfig model = config.model;
    model.cascades = phases.front().cascades;
    network = random_network(model, train.seed);
  }
  return begin_phase(with_cascades(network, position, phases.front(), train.seed), position, phases,
                     config, device);
}

TrainingState next_phase(const TrainingState& before, const std::vector<PhaseConfig>& phases,
                         const Config& config, const RunFolder& folder, torch::Device device) {
  RunPosition position = before.position;
  Network network = before.network;
  if (phase_of(position, phases).until == PhaseEnd::overfitting) {
    take_best_of_phase(network, position, folder);
  }
  ++position.phase;
  position.phase_epoch = 0;
  position.overfitted = false;
  position.phase_best_ssim = -1;
  begin_epoch(position);
  network = with_cascades(network, position, phase_of(position, phases), config.train.seed);
  TrainingState next = begin_phase(network, position, phases, config, device);
  next.focal = before.focal;
  next.metrics = before.metrics;
  return next;
}

}  // namespace dircn
