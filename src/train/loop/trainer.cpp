#include "train/loop/trainer.h"

#include <torch/utils.h>

#include <exception>
#include <string>
#include <system_error>
#include <utility>

#include "dircn/core/error.h"
#include "dircn/core/log.h"
#include "train/loop/best_weights.h"
#include "train/loop/difficulty.h"
#include "train/loop/not_finite.h"
#include "train/loop/training_sets.h"
#include "train/plan/batch_size.h"
#include "train/plan/phase_start.h"

namespace dircn {

Trainer::Trainer(const Config& config, torch::Device device, const RunFolder& folder)
    : config_(config),
      device_(device),
      folder_(folder),
      training_(detail::training_set(config)),
      validation_(detail::validation_set(config)) {}

void Trainer::resume(const std::filesystem::path& checkpoint) {
  TrainingState state = load_training_state(checkpoint, config_, device_);
  RunPosition& position = state.position;
  require(position.slices_in_epoch == training_->size(), [&] {
    return Error::Parts{config_.data.train, std::to_string(training_->size()) + " slices",
                        std::to_string(position.slices_in_epoch) + ", as when " +
                            checkpoint.string() + " was written",
                        "Resume with the same training set, or start a new run."};
  });
  log_info("resuming from " + checkpoint.string() + ": " + std::to_string(position.epoch) +
           " epochs and " + std::to_string(position.slices) + " of " +
           std::to_string(training_->size()) + " slices are done");
  detail::forget_lost_best(state, folder_);
  std::error_code error;
  const bool is_last = std::filesystem::equivalent(checkpoint, folder_.last(), error);
  if (is_last && position.phase_epoch > 0 && position.slices == 0) {
    folder_.keep_epoch(position.epoch,
                       config_.train.keep);  // the process may have ended just there
  }
  state_.emplace(std::move(state));
}

bool Trainer::run(const std::function<bool()>& stop) {
  log_info("training on " + device_.str() +
           (device_.is_cpu() ? " (" + std::to_string(torch::get_num_threads()) + " threads)" : "") +
           ", " + training_->summary() +
           (validation_
                ? ", validating on " + std::to_string(validation_->slices.size()) + " slices"
                : ""));
  if (!state_) {
    state_.emplace(first_phase(config_, device_));
    state_->position.slices_in_epoch = training_->size();
  }
  phases_ = plan(config_, position().start_cascades);
  RunLog log(folder_, position().metrics_bytes, position().steps);
  RunCheckpoints checkpoints(folder_, config_, log);
  const RunParts run{config_, phases_, *training_, device_, log, checkpoints};
  try {
    const bool finished = add_difficulties(run, stop) && run_phases(run, stop);
    if (!finished) {
      checkpoints.save_last(*state_);
    }
    return finished;
  } catch (const std::exception&) {
    save_what_was_done(checkpoints);
    throw;
  }
}

void Trainer::save_what_was_done(RunCheckpoints& checkpoints) {
  if (!state_->consistent || position().steps == 0) {
    return;
  }
  try {
    checkpoints.save_last(*state_);
  } catch (const std::exception& error) {  // the first error is the one to be told
    log_error(reason(error));
  }
}

bool Trainer::add_difficulties(const RunParts& run, const std::function<bool()>& stop) {
  FocalWeights focal = state_->focal;
  if (!focal.needs_training_set()) {
    return true;
  }
  LoaderOptions options = loader_options_of_epoch(run, RunPosition());
  options.sample.draws->probability = 0;  // the slices as they are
  const bool all = measure_difficulties(*training_, options, config_.data.crop, focal, stop);
  if (all) {
    state_->focal = focal;
  }
  return all;
}

bool Trainer::run_phases(const RunParts& run, const std::function<bool()>& stop) {
  while (true) {
    if (phase_is_over(position(), phases_)) {
      if (position().phase + 1 == static_cast<int64_t>(phases_.size())) {
        return true;
      }
      state_.emplace(next_phase(*state_, phases_, config_, folder_, device_));
      run.checkpoints.save_last(*state_);
    }
    if (!train_epoch(run, stop)) {
      return false;
    }
  }
}

bool Trainer::train_epoch(const RunParts& run, const std::function<bool()>& stop) {
  TrainingEpoch epoch(run, *state_);
  if (!epoch.train(stop)) {
    return false;
  }
  EpochRecord record = epoch_record(epoch.speed());
  if (!validate_epoch(run, record, stop)) {
    return false;
  }
  state_->consistent = false;  // should any of this fail, it comes again when the run is resumed
  run.log.add(record);
  end_epoch(run, record);
  state_->consistent = true;
  return true;
}

EpochRecord Trainer::epoch_record(const std::optional<EpochSpeed>& speed) const {
  const RunPosition& at = position();
  const auto slices = static_cast<double>(at.slices);
  EpochRecord record;
  record.phase = at.phase + 1;
  record.phases = static_cast<int64_t>(phases_.size());
  record.epoch = at.epoch + 1;
  record.epochs = total_epochs(at, phases_);
  record.step = at.steps;
  const int64_t batch = batch_size(config_.train.batch, at.phase_epoch);
  const int64_t slices_of_last_step = (at.slices - 1) % batch + 1;
  RunPosition before_last = at;
  before_last.slices -= slices_of_last_step;
  record.learning_rate =
      state_->schedule.rate(progress_of(before_last, phases_, slices_of_last_step));
  record.loss = at.loss_sum / slices;
  record.input_distance = at.input_distance_sum / slices;
  record.output_distance = at.output_distance_sum / slices;
  if (speed) {
    const int64_t slices_left = (record.epochs - record.epoch) * training_->size();
    record.slices_per_second = speed->slices_per_second;
    record.data_wait = speed->data_wait;
    record.seconds_left = static_cast<double>(slices_left) / speed->slices_per_second;
  }
  return record;
}

bool Trainer::validate_epoch(const RunParts& run, EpochRecord& record,
                             const std::function<bool()>& stop) {
  if (!validation_) {
    return true;
  }
  const auto scores_of = [&](const Network& network, const char* what) {
    return validate(network, *validation_, config_, device_, epoch_title(run, position()) + what,
                    stop);
  };
  try {
    record.validation = scores_of(state_->network, " validation");
    if (record.validation && state_->average) {
      record.validation_ema = scores_of(state_->average->network(), " validation of the average");
    }
  } catch (const NotFinite& error) {
    run.checkpoints.fail(*state_, error);
  }
  if (!record.validation || (state_->average && !record.validation_ema)) {
    return false;
  }
  if (record.seconds_left) {
    const double seconds =
        record.validation->seconds + (record.validation_ema ? record.validation_ema->seconds : 0);
    *record.seconds_left += static_cast<double>(record.epochs - record.epoch) * seconds;
  }
  return true;
}

void Trainer::end_epoch(const RunParts& run, const EpochRecord& record) {
  RunPosition& position = state_->position;
  const bool watched =
      phases_.at(static_cast<size_t>(position.phase)).until == PhaseEnd::overfitting;
  if (record.validation) {
    state_->schedule.validated(record.validation->ssim);
    position.overfitted =
        state_->overfitting.overfits(record.loss, record.validation->ssim) && watched;
  }
  ++position.epoch;
  ++position.phase_epoch;
  begin_epoch(position);
  run.checkpoints.save_epoch(*state_, record, watched);
}

}  // namespace dircn
