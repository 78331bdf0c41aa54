// The rules of the SNU fastMRI challenge: SSIM of the foreground, with the data range that the
// files name.

#include <torch/types.h>

#include "dircn/mri/slice_ssim.h"
#include "score/rule/rules.h"
#include "score/rule/score_both.h"
#include "score/score_groups.h"

namespace dircn {
namespace {

constexpr double kLowThreshold = 2e-5;

void score_masked(SliceScore& slice, const SliceImages& images, const VolumeScore& volume) {
  add_ssim(slice, images, [&](const torch::Tensor& image) {
    return masked_ssim(image, images.target, volume.data_range, volume.threshold.value_or(0));
  });
}

void score_foreground_and_boxes(SliceScore& slice, const SliceImages& images,
                                const VolumeScore& volume) {
  add_ssim(slice, images, [&](const torch::Tensor& image) {
    return foreground_ssim(image, images.target, volume.data_range, volume.threshold.value_or(0));
  });
  for (auto& box : slice.boxes) {
    box.ssim = score_both(images, [&](const torch::Tensor& image) {
      return box_ssim(image, images.target, volume.data_range, box.box);
    });
  }
  if (const auto all = mean(scored_parts(slice, kBoxSsim))) {
    slice.metrics[kBoxSsim] = *all;
  }
}

}  // namespace

ScoreRule snu2022_rule() {
  ScoreRule rule;
  rule.threshold = kForegroundThreshold;
  rule.window = "uniform 7x7, valid positions";
  rule.data_range = "attribute max of the target's file";
  rule.crop = "none, the target's size";
  rule.slice_metrics = rule.metrics = {kSsim};
  rule.score_slice = score_masked;
  return rule;
}

ScoreRule snu2025_rule() {
  ScoreRule rule = snu2022_rule();
  rule.knee_threshold = kLowThreshold;
  return rule;
}

ScoreRule snu2026_rule() {
  ScoreRule rule = snu2022_rule();
  rule.threshold = kLowThreshold;
  rule.slice_metrics = rule.metrics = {kSsim, kBoxSsim};
  rule.boxes = true;
  rule.score_slice = score_foreground_and_boxes;
  return rule;
}

}  // namespace dircn
