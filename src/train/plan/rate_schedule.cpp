#include "train/plan/rate_schedule.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "dircn/core/error.h"
#include "dircn/core/numbers.h"

namespace dircn {
namespace {

// Where one-cycle begins, relative to its peak, and where it ends, relative to its beginning
// (Smith and Topin, arXiv 1708.07120, with PyTorch's numbers).
constexpr double kOneCycleStart = 1.0 / 25;
constexpr double kOneCycleEnd = 1e-4;

int64_t reached(const std::vector<int64_t>& milestones, int64_t epoch) {
  return std::count_if(milestones.begin(), milestones.end(),
                       [&](int64_t milestone) { return milestone <= epoch; });
}

/// Half a cosine from `from` (part 0) to `to` (part 1).
double anneal(double from, double to, double part) {
  return to + (from - to) * (1 + std::cos(kPi * part)) / 2;
}

double one_cycle(double part, double peak_at) {
  return part < peak_at
             ? anneal(kOneCycleStart, 1, part / peak_at)
             : anneal(1, kOneCycleStart * kOneCycleEnd, (part - peak_at) / (1 - peak_at));
}

}  // namespace

RateSchedule::RateSchedule(const ScheduleConfig& config, double learning_rate)
    : config_(config),
      learning_rate_(learning_rate),
      best_(-std::numeric_limits<double>::infinity()) {}

double RateSchedule::rate(const PhaseProgress& progress) const {
  const double done = static_cast<double>(progress.epoch) + progress.part_after;
  const double warm = done < config_.warmup ? done / config_.warmup : 1;
  return learning_rate_ * warm * scheduled(progress);
}

double RateSchedule::scheduled(const PhaseProgress& progress) const {
  const double part =
      (static_cast<double>(progress.epoch) + progress.part) / static_cast<double>(progress.epochs);
  switch (config_.kind) {
    case ScheduleKind::multi_step:
      return std::pow(config_.factor,
                      static_cast<double>(reached(config_.milestones, progress.epoch)));
    case ScheduleKind::cosine:
      return anneal(1, config_.lowest, part);
    case ScheduleKind::one_cycle:
      return one_cycle(part, config_.peak_at);
    case ScheduleKind::plateau:
      return plateau_factor_;
    case ScheduleKind::constant:
      break;
  }
  return 1;
}

void RateSchedule::validated(double score) {
  if (config_.kind != ScheduleKind::plateau) {
    return;
  }
  if (score > best_ * (1 + config_.threshold)) {
    best_ = score;
    epochs_worse_ = 0;
    return;
  }
  if (++epochs_worse_ > config_.patience) {
    plateau_factor_ = std::max(plateau_factor_ * config_.factor, config_.lowest);
    epochs_worse_ = 0;
  }
}

PickleDict RateSchedule::state() const {
  return {{"plateau_factor", plateau_factor_}, {"best", best_}, {"epochs_worse", epochs_worse_}};
}

void RateSchedule::load(const PickleDict& state, const std::string& subject) {
  const double factor = state.at("plateau_factor", subject).as_double(subject + ": plateau_factor");
  const double best = state.at("best", subject).as_double(subject + ": best");
  const int64_t worse = state.at("epochs_worse", subject).as_int(subject + ": epochs_worse");
  require(factor >= 0 && factor <= 1 && !std::isnan(best) && worse >= 0, [&] {
    return Error::Parts{subject,
                        "plateau_factor " + std::to_string(factor) + ", best " +
                            std::to_string(best) + ", epochs_worse " + std::to_string(worse),
                        "the state of a learning rate's schedule", "The file is damaged."};
  });
  plateau_factor_ = factor;
  best_ = best;
  epochs_worse_ = worse;
}

int64_t batch_size(const BatchConfig& config, int64_t epoch) {
  int64_t size = config.size;
  for (int64_t i = reached(config.milestones, epoch); i > 0; --i) {
    size *= config.factor;
  }
  return size;
}

}  // namespace dircn
