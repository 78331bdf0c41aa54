#include "train/loop/training_epoch.h"

#include <algorithm>
#include <chrono>
#include <exception>
#include <utility>

#include "dircn/core/error.h"
#include "dircn/core/log.h"
#include "dircn/core/progress.h"
#include "dircn/core/text.h"
#include "dircn/model/network_table.h"
#include "train/loop/not_finite.h"
#include "train/plan/batch_size.h"
#include "train/plan/phase_progress.h"
#include "train/state/training_records.h"

namespace dircn {

LoaderOptions loader_options_of_epoch(const RunParts& run, const RunPosition& position) {
  LoaderOptions options =
      training_loader_options(run.config.data, run.device, run.config.train.seed, position.epoch,
                              total_epochs(position, run.phases));
  options.sample.calibration = kind_of(run.config.model).calibration(run.config.model);
  return options;
}

std::string epoch_title(const RunParts& run, const RunPosition& position) {
  return "epoch " + std::to_string(position.epoch + 1) + "/" +
         std::to_string(total_epochs(position, run.phases));
}

bool TrainingEpoch::train(const std::function<bool()>& stop) {
  using Clock = std::chrono::steady_clock;
  RunPosition& position = state_.position;
  auto order = shuffled_order(run_.training.size(), run_.config.train.seed, position.epoch);
  order.erase(order.begin(), order.begin() + position.slices);
  state_.network->train();
  const auto start = Clock::now();
  Loader loader(run_.training, order, loader_options_of_epoch(run_, position));
  Progress progress(static_cast<int64_t>(order.size()), "slices", epoch_title(run_, position));
  int64_t done = 0;
  bool stopped = stop();
  while (!stopped && position.slices < run_.training.size()) {
    const int64_t slices = std::min(batch_size(run_.config.train.batch, position.phase_epoch),
                                    run_.training.size() - position.slices);
    const double loss = step(loader, slices);
    done += slices;
    const std::chrono::duration<double> seconds = Clock::now() - start;
    speed_ = EpochSpeed{static_cast<double>(done) / seconds.count(),
                        loader.seconds_waited() / seconds.count()};
    progress.advance(slices, "loss " + fixed(loss, 4));
    stopped = stop();
    if (!stopped) {
      run_.checkpoints.save_last_if_due(state_);
    }
  }
  return !stopped;
}

double TrainingEpoch::step(Loader& loader, int64_t slices) {
  FocalWeights focal = state_.focal;  // if the step fails, it has not seen these slices
  TrainingStep step(state_.network, run_.config, focal, slices);
  std::string names;
  std::optional<ScaleProblem> scale;
  try {
    state_.optimizer->zero_grad();
    for (int64_t i = 0; i < slices; ++i) {
      auto sample = loader.next();
      const std::string name = run_.training.name(sample->index);
      names.append(names.empty() ? "" : ", ").append(name);
      if (!scale) {
        scale = scale_problem(*sample, run_.config.train.loss);
        warn_at_first(scale, name);
      }
      step.add(std::move(*sample), name);
    }
    step.finish();
    const PhaseProgress progress = progress_of(state_.position, run_.phases, slices);
    state_.consistent = false;
    const WeightUpdate update = update_weights(state_, run_.config.train, progress);
    state_.focal = focal;
    const double loss = record_step(step.slices(), update);
    state_.consistent = true;
    return loss;
  } catch (const NotFinite& error) {
    run_.checkpoints.fail(
        state_, NotFinite(error.slices.empty() ? names : error.slices, error.numbers, scale));
  } catch (const std::exception& error) {
    if (!is_out_of_memory(error)) {
      throw;
    }
    throw Error({"training on " + names, "out of memory", "a step that fits",
                 "Turn on train.checkpointing, lower train.batch.at_once, set train.precision to "
                 "bf16, or make the model smaller; if the main memory is short, lower "
                 "data.prefetch and data.workers."});
  }
}

void TrainingEpoch::warn_at_first(const std::optional<ScaleProblem>& scale,
                                  const std::string& slice) const {
  if (scale && state_.position.steps == 0) {
    log_warning(slice + ": " + scale->found + "; to mend that, " + scale->advice);
  }
}

double TrainingEpoch::record_step(const std::vector<SliceRecord>& slices,
                                  const WeightUpdate& update) {
  RunPosition& position = state_.position;
  ++position.steps;
  position.slices += static_cast<int64_t>(slices.size());
  for (const SliceRecord& slice : slices) {
    position.loss_sum += slice.loss;
    position.input_distance_sum += slice.input_distance;
    position.output_distance_sum += slice.output_distance;
  }
  const StepRecord record{position.phase + 1,   position.epoch + 1,   position.steps,
                          update.learning_rate, update.gradient_norm, slices};
  run_.log.add(record);
  return record.mean(&SliceRecord::loss);
}

}  // namespace dircn
