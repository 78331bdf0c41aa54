#include "dircn/reconstruct/parallel_imaging_method.h"

#include <torch/types.h>

#include <optional>
#include <sstream>
#include <system_error>

#include "dircn/core/error.h"
#include "dircn/data/prepared_slice.h"
#include "dircn/data/volume.h"

namespace dircn {
namespace fs = std::filesystem;
namespace {

constexpr const char* kAdvice = "Name a volume of a training set.";

void require_unscored(const fs::path& volume, const std::vector<VolumeEntry>& scored) {
  for (const auto& entry : scored) {
    std::error_code missing;
    require(!fs::equivalent(volume, entry.kspace, missing), [&] {
      return Error::Parts{volume.string(), "a volume that is reconstructed, too",
                          "one that will not be scored, to tune on", kAdvice};
    });
  }
}

/// k-space that was masked when it was stored is zero where the mask is.
void require_fully_sampled(const torch::Tensor& kspace, const KspaceVolume& volume) {
  const torch::Tensor elsewhere = kspace * (volume.acquired() & volume.mask().logical_not());
  require(volume.mask().all().item<bool>() || elsewhere.abs().max().item<double>() > 0, [&] {
    return Error::Parts{volume.path().string(), "k-space that is zero where its mask is",
                        "a fully sampled volume to tune on", kAdvice};
  });
}

}  // namespace

SliceOutputs ParallelImagingMethod::reconstruct(const torch::Tensor& kspace,
                                                const torch::Tensor& mask,
                                                const Extras& /*wanted*/) {
  return {{kReconstruction, imaging_(kspace, mask)}};
}

ParallelImagingOptions tuned_on(const fs::path& volume, const DataConfig& data,
                                const std::vector<VolumeEntry>& scored) {
  require_unscored(volume, scored);
  const KspaceVolume full(volume, data);
  const auto whole = full.read_slice(full.slices() / 2);
  require_fully_sampled(whole, full);
  const PreparedSlice slice = prepare_slice({whole, full.mask(), data.fov_crop});
  const auto target = slice.target();
  ParallelImagingOptions options;
  options.regularization =
      tuned_regularization(slice.full, full.mask(), target, target.max().item<double>(),
                           full.layout().foreground_threshold);
  return options;
}

std::string to_string(const ParallelImagingOptions& options) {
  std::ostringstream text;
  text << "BART: ecalib, pics -l1 -r " << options.regularization << " -i " << options.iterations;
  return text.str();
}

}  // namespace dircn
