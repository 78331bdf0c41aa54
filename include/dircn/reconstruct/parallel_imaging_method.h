#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "dircn/config/config.h"
#include "dircn/data/volume_tree.h"
#include "dircn/reconstruct/parallel_imaging.h"
#include "dircn/reconstruct/slice_method.h"

namespace dircn {

/// `ParallelImaging` as a way to reconstruct volumes; it has nothing beside the reconstruction.
class ParallelImagingMethod : public SliceMethod {
 public:
  explicit ParallelImagingMethod(const ParallelImagingOptions& options) : imaging_(options) {}

  SliceOutputs reconstruct(const torch::Tensor& kspace, const torch::Tensor& mask,
                           const Extras& wanted) override;

 private:
  ParallelImaging imaging_;
};

/// Options whose regularization is tuned (see `tuned_regularization`) on the middle slice of a
/// volume that is not scored: against the root sum of squares of its k-space, which must be fully
/// sampled, as in the training sets of the challenge and of fastMRI. Throws `Error` if the volume
/// is one of those that will be `scored`, is not fully sampled or cannot be read, and as
/// `tuned_regularization` does.
ParallelImagingOptions tuned_on(const std::filesystem::path& volume, const DataConfig& data,
                                const std::vector<VolumeEntry>& scored);

/// "BART: ecalib, pics -l1 -r 0.003 -i 100"
std::string to_string(const ParallelImagingOptions& options);

}  // namespace dircn
