#include "dircn/train/trainer.h"

#include <torch/utils.h>

#include <algorithm>
#include <cmath>
#include <exception>
#include <utility>

#include "dircn/core/error.h"
#include "dircn/core/log.h"
#include "dircn/core/out_of_memory.h"
#include "dircn/core/progress.h"
#include "dircn/core/text.h"
#include "dircn/train/difficulty.h"
#include "dircn/train/optimizer.h"
#include "dircn/train/phase_start.h"
#include "dircn/train/training_records.h"
#include "training_sets.h"

namespace dircn {
namespace {

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace

Trainer::Trainer(const Config& config, torch::Device device, const RunFolder& folder)
    : config_(config),
      device_(device),
      folder_(folder),
      training_(detail::training_set(config)),
      validation_(detail::validation_set(config)) {}

void Trainer::resume(const std::filesystem::path& checkpoint) {
  TrainingState state = load_training_state(checkpoint, config_, device_);
  const RunPosition& position = state.position;
  require(position.slices_in_epoch == training_.size(), [&] {
    return Error::Parts{config_.data.train, std::to_string(training_.size()) + " slices",
                        std::to_string(position.slices_in_epoch) + ", as when " +
                            checkpoint.string() + " was written",
                        "Resume with the same training set, or start a new run."};
  });
  log_info("resuming from " + checkpoint.string() + ": " + std::to_string(position.epoch) +
           " epochs and " + std::to_string(position.slices) + " of " +
           std::to_string(training_.size()) + " slices are done");
  state_.emplace(std::move(state));
}

bool Trainer::run(const std::function<bool()>& stop) {
  log_info(
      "training on " + device_.str() +
      (device_.is_cpu() ? " (" + std::to_string(torch::get_num_threads()) + " threads)" : "") +
      ", " + std::to_string(training_.size()) + " slices of " +
      std::to_string(training_.volumes()) + " volumes" +
      (validation_ ? ", validating on " + std::to_string(validation_->size()) + " slices" : ""));
  if (!state_) {
    state_.emplace(first_phase(config_, device_));
    state_->position.slices_in_epoch = training_.size();
  }
  phases_ = plan(config_, position().start_cascades);
  log_.emplace(folder_, position().metrics_bytes, position().steps);
  checkpoints_.emplace(folder_, config_, *log_);
  try {
    const bool finished = add_difficulties(stop) && run_phases(stop);
    if (!finished) {
      checkpoints_->save_last(*state_);
    }
    return finished;
  } catch (const std::exception&) {
    if (consistent_) {
      checkpoints_->save_last(*state_);
    }
    throw;
  }
}

bool Trainer::run_phases(const std::function<bool()>& stop) {
  while (true) {
    if (phase_is_over(position(), phases_)) {
      if (position().phase + 1 == static_cast<int64_t>(phases_.size())) {
        return true;
      }
      state_.emplace(next_phase(*state_, phases_, config_, folder_, device_));
      checkpoints_->save_last(*state_);
    }
    if (!train_epoch(stop) || !finish_epoch(stop)) {
      return false;
    }
  }
}

bool Trainer::add_difficulties(const std::function<bool()>& stop) {
  FocalWeights focal = state_->focal;
  if (!focal.needs_training_set()) {
    return true;
  }
  LoaderOptions options = loader_options_of_epoch(0);
  options.sample.draws->probability = 0;  // the slices as they are
  Loader loader(training_, shuffled_order(training_.size(), 0, 0), options);
  Progress progress(training_.size(), "slices", "difficulty of the training set");
  while (const auto sample = loader.next()) {
    if (stop()) {
      return false;
    }
    focal.add_training_slice(ssim_distance(sample->zero_filled, sample->target, config_.data.crop));
    progress.advance();
  }
  state_->focal = focal;
  return true;
}

bool Trainer::train_epoch(const std::function<bool()>& stop) {
  auto order = shuffled_order(training_.size(), config_.train.seed, position().epoch);
  order.erase(order.begin(), order.begin() + position().slices);
  state_->network->train();
  const auto start = Clock::now();
  Loader loader(training_, order, loader_options_of_epoch(position().epoch));
  Progress progress(static_cast<int64_t>(order.size()), "slices", epoch_title());
  epoch_slices_ = 0;
  bool stopped = stop();
  while (!stopped && position().slices < training_.size()) {
    const int64_t slices = std::min(batch_size(config_.train.batch, position().phase_epoch),
                                    training_.size() - position().slices);
    const double loss = step(loader, slices);
    epoch_slices_ += slices;
    progress.advance(slices, "loss " + four_digits(loss));
    stopped = stop();
    if (!stopped) {
      checkpoints_->save_last_if_due(*state_);
    }
  }
  epoch_seconds_ = seconds_since(start);
  waited_seconds_ = loader.seconds_waited();
  return !stopped;
}

double Trainer::step(Loader& loader, int64_t slices) {
  FocalWeights focal = state_->focal;  // if the step fails, it has not seen these slices
  TrainingStep step(state_->network, config_, focal, slices);
  std::string name;
  try {
    state_->optimizer->zero_grad();
    for (int64_t i = 0; i < slices; ++i) {
      const auto sample = loader.next();
      name = training_.name(sample->index);
      step.add(to_device(*sample, device_), name);
    }
    step.finish();
    const double loss = update(step);
    state_->focal = focal;
    consistent_ = true;
    return loss;
  } catch (const NotFinite& error) {
    fail(error);
  } catch (const std::exception& error) {
    if (!is_out_of_memory(error)) {
      throw;
    }
    throw Error({"training on " + name, "out of memory", "a step that fits",
                 "Turn on train.checkpointing, lower train.batch.at_once, set train.precision to "
                 "bf16, or make the model smaller; if the main memory is short, lower "
                 "data.prefetch and data.workers."});
  }
}

double Trainer::update(const TrainingStep& step) {
  const TrainConfig& train = config_.train;
  RunPosition& position = state_->position;
  const auto slices = static_cast<int64_t>(step.slices().size());
  const double norm = clip_gradients(state_->network->parameters(), train.optimizer.clip_norm);
  if (!std::isfinite(norm)) {
    throw NotFinite(step.slices().front().name + (slices > 1 ? " and others" : ""),
                    "gradient norm " + std::to_string(norm));
  }
  const double rate = state_->schedule.rate(progress(slices));
  set_learning_rate(*state_->optimizer, train.optimizer, rate);
  consistent_ = false;
  state_->optimizer->step();
  if (state_->average) {
    state_->average->update(state_->network);
  }
  ++position.steps;
  position.slices += slices;
  for (const SliceRecord& slice : step.slices()) {
    position.loss_sum += slice.loss;
    position.gt_ssim_sum += slice.gt_ssim;
    position.pred_ssim_sum += slice.pred_ssim;
  }
  const StepRecord record{position.phase + 1, position.epoch + 1, position.steps, rate, norm,
                          step.slices()};
  log_->add(record);
  return record.mean(&SliceRecord::loss);
}

void Trainer::fail(const NotFinite& what) {
  consistent_ = false;  // last.pt keeps an earlier state, which may be a healthy one
  checkpoints_->save_failed(*state_);
  throw Error({"training on " + what.slices, what.numbers, "finite numbers",
               "The state before this step is in " + folder_.failed().string() +
                   ". Look at this slice; if it is sound, lower train.learning_rate and resume "
                   "from an earlier checkpoint."});
}

bool Trainer::finish_epoch(const std::function<bool()>& stop) {
  EpochRecord record = epoch_record();
  double seconds = 0;
  if (validation_) {
    record.validation = validate(state_->network, *validation_, config_, device_,
                                 epoch_title() + " validation", stop);
    if (record.validation && state_->average) {
      record.validation_ema = validate(state_->average->network(), *validation_, config_, device_,
                                       epoch_title() + " validation of EMA", stop);
    }
    if (!record.validation || (state_->average && !record.validation_ema)) {
      return false;
    }
    seconds =
        record.validation->seconds + (record.validation_ema ? record.validation_ema->seconds : 0);
  }
  const auto epochs_left = static_cast<double>(record.epochs - record.epoch);
  record.seconds_left =
      epochs_left * (static_cast<double>(training_.size()) / record.slices_per_second + seconds);
  log_->add(record);
  end_epoch(record);
  return true;
}

EpochRecord Trainer::epoch_record() const {
  const RunPosition& at = position();
  const auto slices = static_cast<double>(at.slices);
  const double seconds = std::max(epoch_seconds_, 1e-9);
  EpochRecord record;
  record.phase = at.phase + 1;
  record.phases = static_cast<int64_t>(phases_.size());
  record.epoch = at.epoch + 1;
  record.epochs = total_epochs(at, phases_);
  record.step = at.steps;
  record.learning_rate = state_->schedule.rate(progress(0));
  record.loss = at.loss_sum / slices;
  record.gt_ssim = at.gt_ssim_sum / slices;
  record.pred_ssim = at.pred_ssim_sum / slices;
  record.slices_per_second = std::max<double>(epoch_slices_, 1e-9) / seconds;
  record.data_wait = waited_seconds_ / seconds;
  return record;
}

void Trainer::end_epoch(const EpochRecord& record) {
  RunPosition& position = state_->position;
  if (record.validation) {
    state_->schedule.validated(record.validation->ssim);
    position.overfitted = state_->overfitting.overfits(record.loss, record.validation->ssim) &&
                          phase().until == PhaseEnd::overfitting;
  }
  ++position.epoch;
  ++position.phase_epoch;
  position.slices = 0;
  position.loss_sum = position.gt_ssim_sum = position.pred_ssim_sum = 0;
  checkpoints_->save_epoch(*state_, record, phase().until == PhaseEnd::overfitting);
}

LoaderOptions Trainer::loader_options_of_epoch(int64_t epoch) const {
  return training_loader_options(config_.data, device_, config_.train.seed, epoch,
                                 total_epochs(position(), phases_));
}

PhaseProgress Trainer::progress(int64_t slices) const {
  const auto part = [&](int64_t done) {
    return static_cast<double>(done) / static_cast<double>(training_.size());
  };
  const RunPosition& at = position();
  return {at.phase_epoch, part(at.slices), part(at.slices + slices), phase().epochs};
}

const PhaseConfig& Trainer::phase() const {
  return phases_.at(static_cast<size_t>(position().phase));
}

std::string Trainer::epoch_title() const {
  return "epoch " + std::to_string(position().epoch + 1) + "/" +
         std::to_string(total_epochs(position(), phases_));
}

}  // namespace dircn
