#include "train/loop/training_sets.h"

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "dircn/core/error.h"
#include "dircn/core/log.h"
#include "dircn/core/text.h"
#include "dircn/data/data_layout.h"
#include "dircn/data/input_check.h"
#include "dircn/formats/hdf5.h"
#include "dircn/model/network_table.h"
#include "dircn/score/score_job.h"
#include "dircn/simulate/simulated_slices.h"

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

ScoreRule rule_of(const SliceSet& slices, const DataConfig& data) {
  std::vector<std::filesystem::path> files;
  for (int64_t i = 0; i < slices.size(); ++i) {
    if (slices.slice_of(i) == 0) {
      files.push_back(slices.volume_of(i).kspace);
    }
  }
  return choose_rule(std::nullopt, files, [&](const std::filesystem::path& file) {
    return data_layout(Hdf5File(file), data.layout).name;
  });
}

/// A threshold is in the unit of a challenge's data. In another unit all is background, and every
/// network scores 1.
void warn_of_threshold(const SliceSet& slices, const ScoreRule& rule) {
  const double largest = slices.read(slices.size() / 2).maximum;
  if (rule.threshold && largest > 0 && largest <= *rule.threshold) {
    log_warning("validation set: " + slices.name(slices.size() / 2) + ": targets reach " +
                significant(largest, 3) + ", nowhere above the foreground threshold of " +
                significant(*rule.threshold, 3) +
                " that the challenge's score has: it will be 1 for " +
                "every network, and best.pt means nothing. Multiply k-space, targets and their " +
                "attribute max by one number, so that targets reach about 1e-3");
  }
}

Calibrations calibration_of(const ModelConfig& model) {
  return {kind_of(model).calibration(model)};
}

/// What is another slice in every epoch has no difficulty that could be measured before, and there
/// are no volumes to be shared out. Some slices have 2-D masks, which no drawn one can replace: so
/// that is said now, not when the first of them comes.
void require_simulated(const Config& config) {
  const FocalConfig& focal = config.train.loss.focal;
  require(focal.gamma == 0 || focal.by == FocalBy::prediction, [] {
    return Error::Parts{"train.loss.focal.by", "zero_filled, with simulated slices",
                        "prediction: each slice is seen but once",
                        "Set train.loss.focal.by: prediction, or gamma: 0."};
  });
  require(config.data.validation_share == 0 && config.data.subset == 1, [] {
    return Error::Parts{"data.train", "simulate, with a validation_share or a subset of it",
                        "all of it",
                        "Leave out data.subset and data.validation_share: data.simulation.slices "
                        "says how many slices there are, and data.val may name a folder that "
                        "dircn_simulate wrote."};
  });
  const TrainingMasks masks = config.data.training_masks;
  require(masks == TrainingMasks::file, [&] {
    return Error::Parts{"data.training_masks", to_string(masks) + ", with simulated slices",
                        "file: each slice comes with its own mask, some with a 2-D one",
                        "Set data.training_masks: file."};
  });
}

}  // namespace

std::unique_ptr<SliceSource> training_set(const Config& config) {
  if (config.data.train == kSimulate) {
    require_simulated(config);
    return std::make_unique<simulation::SimulatedSlices>(config.data.simulation, config.train.seed);
  }
  const bool maxima = config.train.loss.weights[LossTerm::uniform_ssim] > 0 &&
                      config.train.loss.range == SsimRange::volume_max;
  auto slices = std::make_unique<SliceSet>(
      config.data.train, maxima ? SliceSet::Labels::kMaxima : SliceSet::Labels::kIgnored,
      "training set", config.data, Part::training);
  check_set(*slices, config.data, Targets::made_of_kspace, calibration_of(config.model));
  return slices;
}

std::optional<ValidationSet> validation_set(const Config& config) {
  const DataConfig& data = config.data;
  if (!data.val.empty() || data.validation_share > 0) {
    const bool share = data.val.empty();
    SliceSet slices(share ? data.train : data.val, SliceSet::Labels::kRequired, "validation set",
                    data, share ? Part::validation : Part::all);
    ScoreRule rule = rule_of(slices, data);
    check_set(slices, data, Targets::labels, calibration_of(config.model));
    warn_of_threshold(slices, rule);
    return ValidationSet{std::move(slices), std::move(rule)};
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
