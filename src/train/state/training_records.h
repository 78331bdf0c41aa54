#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "train/loop/validation.h"

namespace dircn {

/// What is kept of a slice that was trained on.
struct SliceRecord {
  std::string name;
  double loss = 0;                                    // before its weight
  std::vector<std::pair<std::string, double>> terms;  // those that are in it, without their weights
  double input_distance = 0;   // `ssim_distance` of the zero-filled image; in files gtSSIM
  double output_distance = 0;  // of the network's; in files predSSIM
  double weight = 1;           // by difficulty
};

/// What is kept of a step of the optimiser: a line of metrics.jsonl.
struct StepRecord {
  int64_t phase = 1;  // from 1
  int64_t epoch = 1;  // of the run, from 1
  int64_t step = 1;   // in all, from 1
  double learning_rate = 0;
  double gradient_norm = 0;  // before clipping
  std::vector<SliceRecord> slices;

  /// The mean of a number over the slices.
  double mean(double SliceRecord::*number) const;
  /// Means of the terms over the slices.
  std::vector<std::pair<std::string, double>> terms() const;
};

/// What is kept of an epoch; means over its slices.
struct EpochRecord {
  int64_t phase = 1;   // from 1
  int64_t phases = 1;  // of the run
  int64_t epoch = 1;   // of the run, from 1
  int64_t epochs = 1;  // of the whole run, if no phase ends early
  int64_t step = 0;    // of the optimisers, in all
  double learning_rate = 0;
  double loss = 0;
  double input_distance = 0;
  double output_distance = 0;
  std::optional<double> slices_per_second;  // none where no slice was left when it was resumed
  std::optional<double> data_wait;          // share of the time that the network waited for data
  std::optional<double> seconds_left;       // of the whole run
  std::optional<ValidationScores> validation;
  std::optional<ValidationScores> validation_ema;  // of the averaged weights
};

/// One line of JSON.
std::string to_json(const StepRecord& record);
std::string to_json(const EpochRecord& record);

/// "epoch 3/50: loss 0.1234, validation SSIM 0.9 (zero-filled 0.8), ..."
std::string to_text(const EpochRecord& record);

}  // namespace dircn
