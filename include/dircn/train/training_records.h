#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "dircn/train/validation.h"

namespace dircn {

/// What is kept of a training step: a line of metrics.jsonl.
struct StepRecord {
  int64_t epoch;  // from 1
  int64_t step;   // in all, from 1
  std::string slice;
  double loss;
  double ssim_loss;
  double l1_loss;
  double gt_ssim;    // distance of the zero-filled image from the target, see `ssim_distance`
  double pred_ssim;  // of the network's
};

/// What is kept of an epoch; means over its slices.
struct EpochRecord {
  int64_t epoch;   // from 1
  int64_t epochs;  // of the whole run
  double learning_rate;
  double loss;
  double gt_ssim;
  double pred_ssim;
  double slices_per_second;
  double data_wait;     // share of the time that the network waited for data
  double seconds_left;  // of the whole run
  std::optional<ValidationScores> validation;
};

/// One line of JSON.
std::string to_json(const StepRecord& record);
std::string to_json(const EpochRecord& record);

/// "epoch 3/50: loss 0.1234, validation SSIM 0.9 (zero-filled 0.8), ..."
std::string to_text(const EpochRecord& record);

}  // namespace dircn
