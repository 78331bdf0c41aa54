#include "dircn/reconstruct/parallel_imaging.h"

#include <torch/types.h>
#include <torch/utils.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <system_error>
#include <vector>

#include "dircn/core/error.h"
#include "dircn/core/run_program.h"
#include "dircn/core/text.h"
#include "dircn/data/prepared_slice.h"
#include "dircn/data/volume.h"
#include "dircn/mri/crop.h"
#include "dircn/mri/slice_ssim.h"
#include "reconstruct/bart_slice.h"

namespace dircn {
namespace fs = std::filesystem;
namespace {

std::optional<fs::path> find_bart() {
  std::vector<fs::path> folders;
  for (const char* variable : {"BART_TOOLBOX_PATH", "TOOLBOX_PATH"}) {
    const char* folder = std::getenv(variable);
    if (folder != nullptr && *folder != '\0') {
      folders.emplace_back(folder);
    }
  }
  return find_program("bart", folders);
}

constexpr const char* kTuningAdvice = "Name a volume of a training set.";

void require_unscored(const fs::path& volume, const std::vector<VolumeEntry>& scored) {
  for (const auto& entry : scored) {
    std::error_code missing;
    require(!fs::equivalent(volume, entry.kspace, missing), [&] {
      return Error::Parts{volume.string(), "a volume that is reconstructed, too",
                          "one that will not be scored, to tune on", kTuningAdvice};
    });
  }
}

/// k-space that was masked when it was stored is zero where the mask is.
void require_fully_sampled(const torch::Tensor& kspace, const KspaceVolume& volume) {
  const torch::Tensor elsewhere = kspace * (volume.acquired() & volume.mask().logical_not());
  require(volume.mask().all().item<bool>() || elsewhere.abs().max().item<double>() > 0, [&] {
    return Error::Parts{volume.path().string(), "k-space that is zero where its mask is",
                        "a fully sampled volume to tune on", kTuningAdvice};
  });
}

}  // namespace

bool parallel_imaging_is_available() {
  return find_bart().has_value();
}

ParallelImaging::ParallelImaging(ParallelImagingOptions options) : options_(options) {
  require(options.regularization > 0 && options.iterations > 0, [] {
    return Error::Parts{"parallel imaging", "a regularization or iterations that are not positive",
                        "numbers above 0"};
  });
  const auto program = find_bart();
  require(program.has_value(), [] {
    return Error::Parts{"bart", "no such program in $PATH",
                        "BART, the Berkeley Advanced Reconstruction Toolbox",
                        "Install it (Debian, Ubuntu: apt-get install bart), or name its folder by "
                        "BART_TOOLBOX_PATH."};
  });
  program_ = *program;
}

std::vector<torch::Tensor> ParallelImaging::images(
    const torch::Tensor& kspace, const torch::Tensor& mask,
    const std::vector<double>& regularizations) const {
  const torch::NoGradGuard no_grad;
  const detail::Measurement measured = detail::measurement(kspace, mask);
  std::vector<torch::Tensor> images;
  if (!torch::view_as_real(measured.kspace).any().item<bool>()) {
    images.assign(regularizations.size(), torch::zeros(measured.mask.sizes()));
    return images;  // nothing from which to calibrate
  }
  const detail::BartSlice slice(program_.string(), measured);
  images.reserve(regularizations.size());
  for (const double regularization : regularizations) {
    images.push_back(slice.image(regularization, options_.iterations));
  }
  return images;
}

torch::Tensor ParallelImaging::operator()(const torch::Tensor& kspace,
                                          const torch::Tensor& mask) const {
  return images(kspace, mask, {options_.regularization}).front();
}

SliceOutputs ParallelImaging::reconstruct(const torch::Tensor& kspace, const torch::Tensor& mask,
                                          const Extras& /*wanted*/) {
  return {{kReconstruction, (*this)(kspace, mask)}};
}

const std::vector<double>& regularization_grid() {
  static const std::vector<double> grid = [] {
    std::vector<double> values;
    for (int half_decade = -8; half_decade <= -2; ++half_decade) {
      values.push_back(std::pow(10.0, half_decade / 2.0));
    }
    return values;
  }();
  return grid;
}

double tuned_regularization(const torch::Tensor& kspace, const torch::Tensor& mask,
                            const torch::Tensor& target, double maximum,
                            std::optional<double> threshold,
                            const ParallelImagingOptions& options) {
  const auto images = ParallelImaging(options).images(kspace, mask, regularization_grid());
  std::vector<double> scores;
  scores.reserve(images.size());
  for (const auto& whole : images) {
    const torch::Tensor image = center_crop_or_pad(whole, target.size(0), target.size(1));
    const auto score = threshold ? foreground_ssim(image, target, maximum, *threshold)
                                 : std::optional<double>(whole_ssim(image, target, maximum));
    require(score.has_value(), [] {
      return Error::Parts{"target", "no foreground", "a slice with something in it",
                          "Choose another slice."};
    });
    scores.push_back(*score);
  }
  const auto best = std::max_element(scores.begin(), scores.end()) - scores.begin();
  return regularization_grid()[static_cast<size_t>(best)];
}

ParallelImagingOptions tuned_on(const fs::path& volume, const DataConfig& data,
                                const std::vector<VolumeEntry>& scored) {
  require_unscored(volume, scored);
  const KspaceVolume full(volume, data);
  const auto whole = full.read_slice(full.slices() / 2);
  require_fully_sampled(whole, full);
  const PreparedSlice slice = prepare_slice({whole, full.mask(), full.grid()});
  const auto target = slice.target();
  ParallelImagingOptions options;
  options.regularization =
      tuned_regularization(slice.full, full.mask(), target, target.max().item<double>(),
                           full.layout().foreground_threshold);
  return options;
}

std::string to_string(const ParallelImagingOptions& options) {
  return "BART: ecalib, pics -l1 -r " + significant(options.regularization, 6) + " -i " +
         std::to_string(options.iterations);
}

}  // namespace dircn
