#include "dircn/eval/parallel_imaging_method.h"

#include <optional>
#include <sstream>

#include "dircn/data/fov_crop.h"
#include "dircn/data/sample.h"
#include "dircn/data/volume.h"
#include "dircn/eval/challenge_score.h"

namespace dircn {

SliceOutputs ParallelImagingMethod::reconstruct(const torch::Tensor& kspace,
                                                const torch::Tensor& mask,
                                                const Extras& /*wanted*/) {
  return {{kReconstruction, imaging_(kspace, mask)}};
}

ParallelImagingOptions tuned_on(const std::filesystem::path& volume, const DataConfig& data) {
  const KspaceVolume full(volume, data);
  const auto whole = full.read_slice(full.slices() / 2);
  const auto crop = effective_fov_crop(data.fov_crop, full.mask());
  const auto kspace = crop == FovCrop::square ? fov_crop(whole) : whole;
  const auto target = combined_image(kspace);
  // Where the challenge's threshold tells what belongs to the image, nothing else counts.
  const auto threshold =
      full.layout() == Layout::snu ? std::optional<double>(kForegroundThreshold) : std::nullopt;
  ParallelImagingOptions options;
  options.regularization =
      tuned_regularization(kspace, full.mask(), target, target.max().item<double>(), threshold);
  return options;
}

std::string to_string(const ParallelImagingOptions& options) {
  std::ostringstream text;
  text << "BART: ecalib, pics -l1 -r " << options.regularization << " -i " << options.iterations;
  return text.str();
}

}  // namespace dircn
