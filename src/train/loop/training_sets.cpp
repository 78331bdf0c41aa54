#include "train/loop/training_sets.h"

#include <algorithm>
#include <string>

#include "dircn/core/error.h"
#include "dircn/core/log.h"

namespace dircn::detail {
namespace {

/// The key that asks for a validation set; empty: none does.
std::string what_validates(const TrainConfig& train) {
  if (train.schedule.kind == ScheduleKind::plateau) {
    return "train.schedule.kind: plateau";
  }
  const bool watched =
      std::any_of(train.phases.begin(), train.phases.end(),
                  [](const PhaseConfig& phase) { return phase.until == PhaseEnd::overfitting; });
  return watched ? "train.phases: until: overfitting" : "";
}

}  // namespace

SliceSet training_set(const Config& config) {
  const bool maxima = config.train.loss.weights[LossTerm::uniform_ssim] > 0 &&
                      config.train.loss.range == SsimRange::volume_max;
  return {config.data.train, maxima ? SliceSet::Labels::kMaxima : SliceSet::Labels::kIgnored,
          "training set", config.data, Part::training};
}

std::optional<SliceSet> validation_set(const Config& config) {
  const DataConfig& data = config.data;
  if (!data.val.empty()) {
    return SliceSet(data.val, SliceSet::Labels::kRequired, "validation set", data);
  }
  if (data.validation_share > 0) {
    return SliceSet(data.train, SliceSet::Labels::kRequired, "validation set", data,
                    Part::validation);
  }
  const std::string asks = what_validates(config.train);
  require(asks.empty(), [&] {
    return Error::Parts{asks, "no validation set", "one to watch",
                        "Name it in data.val, or keep a data.validation_share."};
  });
  log_warning("no validation set (data.val): scores are not watched, best.pt is not written");
  return std::nullopt;
}

}  // namespace dircn::detail
