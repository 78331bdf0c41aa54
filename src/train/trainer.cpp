#include "dircn/train/trainer.h"

#include <torch/utils.h>

#include <algorithm>
#include <cmath>
#include <exception>
#include <vector>

#include "dircn/core/error.h"
#include "dircn/core/log.h"
#include "dircn/core/out_of_memory.h"
#include "dircn/core/progress.h"
#include "dircn/core/text.h"
#include "dircn/data/loader.h"
#include "dircn/train/difficulty.h"
#include "dircn/train/optimizer.h"
#include "dircn/train/training_records.h"

namespace dircn {
namespace {

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

Dircn new_network(const Config& config, torch::Device device) {
  torch::manual_seed(static_cast<uint64_t>(config.train.seed));
  Dircn network(config.model);
  network->to(device);
  return network;
}

/// Of all gradients together, in one number.
double gradient_norm(const std::vector<torch::Tensor>& parameters) {
  std::vector<torch::Tensor> norms;
  for (const auto& parameter : parameters) {
    if (parameter.grad().defined()) {
      norms.push_back(parameter.grad().norm());
    }
  }
  return norms.empty() ? 0 : torch::stack(norms).norm().item<double>();
}

std::optional<SliceSet> validation_set(const DataConfig& data) {
  if (data.val.empty()) {
    log_warning("no validation set (data.val): scores are not watched, best.pt is not written");
    return std::nullopt;
  }
  return SliceSet(data.val, SliceSet::Labels::kRequired, "validation set", data);
}

}  // namespace

Trainer::Trainer(const Config& config, torch::Device device, const RunFolder& folder)
    : config_(config),
      device_(device),
      folder_(folder),
      training_(config.data.train, SliceSet::Labels::kIgnored, "training set", config.data),
      validation_(validation_set(config.data)),
      network_(new_network(config, device)),
      optimizer_(make_adam(network_->parameters(), config.train.learning_rate)) {
  position_.slices_in_epoch = training_.size();
}

void Trainer::resume(const std::filesystem::path& checkpoint) {
  const RunPosition position = load_training_state(checkpoint, network_, optimizer_, config_);
  require(position.slices_in_epoch == training_.size(), [&] {
    return Error::Parts{config_.data.train, std::to_string(training_.size()) + " slices",
                        std::to_string(position.slices_in_epoch) + ", as when " +
                            checkpoint.string() + " was written",
                        "Resume with the same training set, or start a new run."};
  });
  position_ = position;
  log_info("resuming from " + checkpoint.string() + ": " + std::to_string(position.epoch) +
           " epochs and " + std::to_string(position.slices) + " of " +
           std::to_string(training_.size()) + " slices are done");
}

bool Trainer::run(const std::function<bool()>& stop) {
  log_start();
  metrics_.emplace(folder_.metrics(), position_.metrics_bytes);
  try {
    while (position_.epoch < config_.train.epochs) {
      if (!train_epoch(stop) || !finish_epoch(stop)) {
        save(folder_.last());
        return false;
      }
    }
  } catch (const std::exception&) {
    if (consistent_) {
      save(folder_.last());
    }
    throw;
  }
  return true;
}

void Trainer::log_start() const {
  int64_t parameters = 0;
  for (const auto& parameter : network_->parameters()) {
    parameters += parameter.numel();
  }
  log_info(
      "training " + std::to_string(parameters) + " parameters on " + device_.str() +
      (device_.is_cpu() ? " (" + std::to_string(torch::get_num_threads()) + " threads)" : "") +
      ", " + std::to_string(training_.size()) + " slices of " +
      std::to_string(training_.volumes()) + " volumes" +
      (validation_ ? ", validating on " + std::to_string(validation_->size()) + " slices" : ""));
}

bool Trainer::train_epoch(const std::function<bool()>& stop) {
  auto order = shuffled_order(training_.size(), config_.train.seed, position_.epoch);
  order.erase(order.begin(), order.begin() + position_.slices);
  set_learning_rate(optimizer_, learning_rate());
  network_->train();
  const auto start = Clock::now();
  Loader loader(training_, order, loader_options(config_.data, device_));
  Progress progress(static_cast<int64_t>(order.size()), "slices", epoch_title());
  epoch_slices_ = 0;
  bool stopped = stop();
  while (!stopped) {
    const auto sample = loader.next();
    if (!sample) {
      break;
    }
    const double loss = step(to_device(*sample, device_));
    ++epoch_slices_;
    progress.advance(1, "loss " + four_digits(loss));
    stopped = stop();
    if (!stopped && seconds_since(saved_) >= 60 * config_.train.save_minutes) {
      save(folder_.last());
    }
  }
  epoch_seconds_ = seconds_since(start);
  waited_seconds_ = loader.seconds_waited();
  return !stopped;
}

double Trainer::step(const Sample& sample) {
  try {
    optimizer_.zero_grad();
    const auto image = network_->forward(sample.kspace.unsqueeze(0), sample.mask);
    const auto loss = gaussian_ssim_plus_l1_loss(image, sample.target.unsqueeze(0));
    require_finite(loss, sample);
    loss.total.backward();
    require_finite(loss, sample, gradient_norm(network_->parameters()));
    consistent_ = false;
    optimizer_.step();
    ++position_.steps;
    ++position_.slices;
    log_step(sample, loss, image.detach().squeeze(0));
    consistent_ = true;
    return loss.total.item<double>();
  } catch (const std::exception& error) {
    if (!is_out_of_memory(error)) {
      throw;
    }
    throw Error({"training on " + training_.name(sample.index), "out of memory", "a step that fits",
                 "Lower model.cascades or model.channels, or data.prefetch and data.workers if the "
                 "main memory is short."});
  }
}

void Trainer::require_finite(const LossTerms& loss, const Sample& sample, double gradient) {
  if (std::isfinite(loss.total.item<double>()) && std::isfinite(gradient)) {
    return;
  }
  consistent_ = false;  // last.pt keeps an earlier state, which may be a healthy one
  save(folder_.failed());
  throw Error({"training on " + training_.name(sample.index),
               "loss " + std::to_string(loss.total.item<double>()) + " (SSIM term " +
                   std::to_string(loss.ssim.item<double>()) + ", L1 term " +
                   std::to_string(loss.l1.item<double>()) + "), gradient norm " +
                   std::to_string(gradient),
               "finite numbers",
               "The state before this step is in " + folder_.failed().string() +
                   ". Look at this slice; if it is sound, lower train.learning_rate and resume "
                   "from an earlier checkpoint."});
}

void Trainer::log_step(const Sample& sample, const LossTerms& loss, const torch::Tensor& image) {
  const StepRecord record{position_.epoch + 1,
                          position_.steps,
                          training_.name(sample.index),
                          loss.total.item<double>(),
                          loss.ssim.item<double>(),
                          loss.l1.item<double>(),
                          ssim_distance(sample.zero_filled, sample.target, config_.data.crop),
                          ssim_distance(image, sample.target, config_.data.crop)};
  position_.loss_sum += record.loss;
  position_.gt_ssim_sum += record.gt_ssim;
  position_.pred_ssim_sum += record.pred_ssim;
  metrics_->append(to_json(record));
}

bool Trainer::finish_epoch(const std::function<bool()>& stop) {
  std::optional<ValidationScores> scores;
  if (validation_) {
    scores = validate(network_, *validation_, config_.data, device_, epoch_title() + " validation",
                      stop);
    if (!scores) {
      return false;
    }
  }
  log_epoch(scores);
  ++position_.epoch;
  position_.slices = 0;
  position_.loss_sum = position_.gt_ssim_sum = position_.pred_ssim_sum = 0;
  const bool best = scores && scores->ssim > position_.best_ssim;
  if (best) {
    position_.best_ssim = scores->ssim;
    position_.best_epoch = position_.epoch;
    save(folder_.best());
  }
  save(folder_.last());
  return true;
}

void Trainer::log_epoch(const std::optional<ValidationScores>& scores) {
  const auto slices = static_cast<double>(position_.slices);
  const double seconds = std::max(epoch_seconds_, 1e-9);
  const double rate = static_cast<double>(epoch_slices_) / seconds;
  const double epoch_duration =
      (epoch_slices_ > 0 ? slices / rate : 0) + (scores ? scores->seconds : 0);
  const auto epochs_left = static_cast<double>(config_.train.epochs - position_.epoch - 1);
  const EpochRecord record{position_.epoch + 1,
                           config_.train.epochs,
                           learning_rate(),
                           position_.loss_sum / slices,
                           position_.gt_ssim_sum / slices,
                           position_.pred_ssim_sum / slices,
                           rate,
                           waited_seconds_ / seconds,
                           epochs_left * epoch_duration,
                           scores};
  metrics_->append(to_json(record));
  log_info(to_text(record));
}

void Trainer::save(const std::filesystem::path& path) {
  position_.metrics_bytes = metrics_->synced_size();
  save_training_state(path, network_, optimizer_, config_, position_);
  saved_ = Clock::now();
}

double Trainer::learning_rate() const {
  return multi_step_rate(config_.train.learning_rate, config_.train.milestones,
                         config_.train.milestone_factor, position_.epoch);
}

std::string Trainer::epoch_title() const {
  return "epoch " + std::to_string(position_.epoch + 1) + "/" +
         std::to_string(config_.train.epochs);
}

}  // namespace dircn
