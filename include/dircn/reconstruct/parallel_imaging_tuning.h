#pragma once

#include <torch/types.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <vector>

#include "dircn/config/config.h"
#include "dircn/data/volume_tree.h"
#include "dircn/reconstruct/parallel_imaging.h"

namespace dircn {

/// All options of parallel imaging but `iterations`, chosen for a slice: first the
/// kernel's columns together with `null_space`, then its rows, `regularization` and `crop`, each
/// from `tuning_grid()` with the others as they are. About 27 reconstructions. The defaults are
/// looked at first, and stay where nothing is better.

struct TuningGrid {
  std::vector<int64_t> kernel_columns;
  std::vector<int64_t> kernel_rows;  // beside the default
  std::vector<double> null_space;
  std::vector<double> regularization;
  std::vector<double> crop;
};
const TuningGrid& tuning_grid();

/// The options whose image is most like `target` [h, w], to which it is centre-cropped or
/// zero-padded: by `foreground_ssim` with this threshold, or without one by `whole_ssim`;
/// `maximum`: the data range. For a slice that is not scored. Throws `Error` as `ParallelImaging`
/// does, and if no pixel exceeds the threshold.
ParallelImagingOptions tuned_to_target(const torch::Tensor& kspace, const torch::Tensor& mask,
                                       const torch::Tensor& target, double maximum,
                                       std::optional<double> threshold);

/// `tuned_to_target` on the middle slice of a volume that is not scored, against the root sum of
/// squares of its k-space, which must be fully sampled, as in the training sets of the challenge
/// and of fastMRI. Throws `Error` if the volume is one of those that will be `scored`, is not fully
/// sampled or cannot be read, and as `tuned_to_target` does.
ParallelImagingOptions tuned_on(const std::filesystem::path& volume, const DataConfig& data,
                                const std::vector<VolumeEntry>& scored);

}  // namespace dircn
