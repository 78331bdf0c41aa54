#include "train/state/run_checkpoints.h"

#include <optional>

#include "dircn/core/error.h"
#include "dircn/model/checkpoint.h"
#include "dircn/model/module_state.h"

namespace dircn {
namespace {

/// Whether scores are above `best`, which then becomes theirs.
bool improves(const std::optional<ValidationScores>& scores, double& best) {
  const bool better = scores && scores->ssim > best;
  best = better ? scores->ssim : best;
  return better;
}

}  // namespace

void RunCheckpoints::save_last(TrainingState& state) {
  save(state, folder_.last());
}

void RunCheckpoints::save_last_if_due(TrainingState& state) {
  const std::chrono::duration<double, std::ratio<60>> age = Clock::now() - saved_;
  if (age.count() >= config_.train.save_minutes) {
    save_last(state);
  }
}

void RunCheckpoints::fail(TrainingState& state, const NotFinite& what) {
  state.consistent = false;  // last.pt keeps an earlier state, which may be a healthy one
  save(state, folder_.failed());
  const std::string cause = what.scale ? "; " + what.scale->found : "";
  const std::string remedy =
      what.scale ? what.scale->advice + ", and start again"
                 : "lower train.learning_rate and resume from an earlier checkpoint";
  throw Error({"training on " + what.slices, what.numbers + cause, "finite numbers",
               "The state at that point is in " + folder_.failed().string() +
                   ". Look at this slice; if it is sound, " + remedy + "."});
}

void RunCheckpoints::save_epoch(TrainingState& state, const EpochRecord& record,
                                bool hands_on_best) {
  state.metrics = to_json(record);
  save_best(state, record, hands_on_best);
  save_last(state);
  folder_.keep_epoch(state.position.epoch, config_.train.keep);
}

void RunCheckpoints::save_best(TrainingState& state, const EpochRecord& record,
                               bool hands_on_best) {
  RunPosition& position = state.position;
  const bool best = improves(record.validation, position.best_ssim);
  const bool best_of_phase = hands_on_best && improves(record.validation, position.phase_best_ssim);
  const bool best_average = improves(record.validation_ema, position.best_ema_ssim);
  if (best) {
    position.best_epoch = position.epoch;
    save(state, folder_.best());
  }
  if (best_of_phase) {
    save(state, folder_.phase_best());
  }
  if (best_average) {
    const Network& average = state.average->network();
    save_checkpoint(folder_.best_ema(), state_of(*average), average->config(),
                    {{"epoch", position.epoch},
                     {"config", to_yaml(config_)},
                     {"metrics", state.metrics},
                     {kPosition, to_dict(position)}});
  }
}

void RunCheckpoints::save(TrainingState& state, const std::filesystem::path& path) {
  state.position.metrics_bytes = log_.synced_metrics();
  save_training_state(path, state, config_);
  saved_ = Clock::now();
}

}  // namespace dircn
