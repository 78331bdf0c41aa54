#include "train/plan/phase_plan.h"

#include <cstddef>

#include "dircn/core/error.h"
#include "train/plan/freeze.h"
#include "train/plan/transfer.h"

namespace dircn {
namespace {

constexpr const char* kBestScore = "best_score";
constexpr const char* kLossOfBest = "loss_of_best";
constexpr const char* kEpochsInARow = "epochs_in_a_row";

/// What a phase follows.
struct Before {
  int64_t cascades = 0;
  std::string name;  // for messages
};

void check_cascades(int64_t cascades, const Before& before, const std::string& key) {
  require(cascades >= before.cascades, [&] {
    return Error::Parts{
        key, std::to_string(cascades),
        "at least the " + std::to_string(before.cascades) + " cascades of " + before.name,
        "A network can grow, but not shrink."};
  });
}

void check_transfer(const PhaseConfig& phase, const Before& before, const std::string& key) {
  require(phase.transfer == Transfer::none || before.cascades > 0, [&] {
    return Error::Parts{key, to_string(phase.transfer) + " where there is no network before",
                        "a trained network, of which a part is frozen",
                        "Set train.start, or begin with a phase without a method."};
  });
  require(phase.transfer != Transfer::method_1 || phase.cascades > before.cascades, [&] {
    return Error::Parts{key, "method_1 where no cascade is added", "a phase that adds cascades",
                        "Give the phase more cascades, or another method."};
  });
}

/// Tries the patterns on a network of the phase's size, so that a slip is not found after days.
void check_patterns(const PhaseConfig& phase, int64_t cascades_before, ModelConfig model,
                    const std::string& key) {
  if (phase.freeze.empty()) {
    return;  // the methods alone always fit
  }
  try {
    model.cascades = phase.cascades;
    freeze(random_network(model, 0), phase, cascades_before);
  } catch (const Error& error) {
    Error::Parts parts = error.parts();
    parts.subject = key;
    throw Error(parts);
  }
}

}  // namespace

std::vector<PhaseConfig> plan(const Config& config, int64_t start_cascades) {
  std::vector<PhaseConfig> phases = config.train.phases;
  if (phases.empty()) {
    phases.emplace_back();
  }
  Before before{start_cascades, "the network in train.start"};
  for (size_t i = 0; i < phases.size(); ++i) {
    PhaseConfig& phase = phases[i];
    const std::string name = "train.phases[" + std::to_string(i) + "]";
    const std::string key = phase.cascades > 0 ? name + ".cascades" : "model.cascades";
    if (phase.cascades == 0) {
      phase.cascades = i == 0 ? config.model.cascades : before.cascades;
    }
    if (phase.epochs == 0) {
      phase.epochs = config.train.epochs;
    }
    if (phase.learning_rate == 0) {
      phase.learning_rate = config.train.learning_rate;
    }
    check_cascades(phase.cascades, before, key);
    check_transfer(phase, before, name + ".transfer");
    check_patterns(phase, before.cascades, config.model, name + ".freeze");
    before = {phase.cascades, name};
  }
  return phases;
}

bool OverfittingRule::overfits(double training_loss, double validation_score) {
  if (validation_score > best_score_) {
    best_score_ = validation_score;
    loss_of_best_ = training_loss;
    epochs_in_a_row_ = 0;
    return false;
  }
  epochs_in_a_row_ = training_loss < loss_of_best_ ? epochs_in_a_row_ + 1 : 0;
  return epochs_in_a_row_ >= patience_;
}

void OverfittingRule::forget() {
  *this = OverfittingRule(patience_);
}

PickleDict OverfittingRule::state() const {
  return {
      {kBestScore, best_score_}, {kLossOfBest, loss_of_best_}, {kEpochsInARow, epochs_in_a_row_}};
}

void OverfittingRule::load(const PickleDict& state, const std::string& subject) {
  const auto number = [&](const char* key) {
    return state.at(key, subject).as_double(subject + ": " + key);
  };
  const std::string count = subject + ": " + kEpochsInARow;
  const int64_t epochs = state.at(kEpochsInARow, subject).as_int(count);
  require(epochs >= 0, [&] {
    return Error::Parts{count, std::to_string(epochs), "0 or more", ""};
  });
  const double score = number(kBestScore);
  const double loss = number(kLossOfBest);
  epochs_in_a_row_ = epochs;
  best_score_ = score;
  loss_of_best_ = loss;
}

}  // namespace dircn
