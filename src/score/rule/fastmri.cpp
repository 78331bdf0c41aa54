// The rule of fastMRI's papers: SSIM as the mean over slices, PSNR and NMSE of whole volumes, each
// as the mean over volumes. Target and reconstruction are cropped to the centre square of the
// target's shorter side, as fastMRI's own evaluation does for tall images, and the data range is
// the maximum of the target volume inside that square.

#include <torch/types.h>

#include <algorithm>
#include <cstdint>
#include <vector>

#include "dircn/core/error.h"
#include "dircn/mri/metrics.h"
#include "dircn/mri/slice_ssim.h"
#include "score/rule/rules.h"
#include "score/rule/score_both.h"

namespace dircn {
namespace {

int64_t shorter_side(int64_t height, int64_t width) {
  return std::min(height, width);
}

double largest_target(const VolumeScore& volume, const std::vector<SliceImages>& images) {
  double largest = 0;
  for (const auto& slice : images) {
    largest = std::max(largest, slice.target.max().item<double>());
  }
  require(largest > 0, [&] {
    return Error::Parts{volume.name, "no positive value in any target",
                        "a volume's maximum above 0, the data range", ""};
  });
  return largest;
}

void score_unmasked(SliceScore& slice, const SliceImages& images, const VolumeScore& volume) {
  add_ssim(slice, images, [&](const torch::Tensor& image) {
    return whole_ssim(image, images.target, volume.data_range);
  });
}

void add_errors(VolumeScore& volume, const std::vector<SliceImages>& images) {
  ErrorSums errors;
  ErrorSums zero_filled;
  bool all = true;
  for (const auto& slice : images) {
    errors.add(slice.reconstruction, slice.target);
    all = all && slice.zero_filled;
    if (all) {
      zero_filled.add(*slice.zero_filled, slice.target);
    }
  }
  Metric& psnr = volume.metrics[kPsnr] = {errors.psnr(volume.data_range)};
  Metric& nmse = volume.metrics[kNmse] = {errors.nmse()};
  if (all) {
    psnr.zero_filled = zero_filled.psnr(volume.data_range);
    nmse.zero_filled = zero_filled.nmse();
  }
}

}  // namespace

ScoreRule fastmri_rule() {
  ScoreRule rule;
  rule.window = "uniform 7x7, valid positions";
  rule.data_range = "maximum of the target volume within the crop";
  rule.crop = "centre square, its edge the target's shorter side";
  rule.slice_metrics = {kSsim};
  rule.metrics = {kSsim, kPsnr, kNmse};
  rule.over_volumes = true;
  rule.crop_edge = shorter_side;
  rule.range_of = largest_target;
  rule.score_slice = score_unmasked;
  rule.score_whole = add_errors;
  return rule;
}

}  // namespace dircn
