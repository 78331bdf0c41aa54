#include "dircn/reconstruct/parallel_imaging_tuning.h"

#include <torch/types.h>
#include <torch/utils.h>

#include <functional>
#include <limits>
#include <system_error>
#include <utility>

#include "dircn/core/error.h"
#include "dircn/data/prepared_slice.h"
#include "dircn/data/volume.h"
#include "dircn/mri/crop.h"
#include "dircn/mri/slice_ssim.h"
#include "reconstruct/bart_slice.h"

namespace dircn {
namespace fs = std::filesystem;
namespace {

/// How good k-space [C, H, W] is that was predicted: more is better.
using Merit = std::function<double(const torch::Tensor& predicted)>;

/// Keeps the best options that it has seen.
class Search {
 public:
  Search(detail::BartSlice& slice, Merit merit) : slice_(slice), merit_(std::move(merit)) {}

  void look_at(const ParallelImagingOptions& options) {
    const double merit = merit_(slice_.predicted(options));
    if (merit > best_merit_) {
      best_merit_ = merit;
      best_ = options;
    }
  }
  const ParallelImagingOptions& best() const { return best_; }

 private:
  detail::BartSlice& slice_;
  Merit merit_;
  ParallelImagingOptions best_;
  double best_merit_ = -std::numeric_limits<double>::infinity();
};

// Kernel and null space together: a larger kernel has more singular vectors in as small a centre,
// and with too many of them in the null space there are no maps left.
ParallelImagingOptions searched(const detail::Measurement& measured, const Merit& merit) {
  detail::BartSlice slice(detail::bart_program(), measured);
  Search search(slice, merit);
  const TuningGrid& grid = tuning_grid();
  const int64_t centre = detail::centre_of(measured.mask).second;
  search.look_at({});
  for (const int64_t columns : grid.kernel_columns) {
    for (const double null_space : grid.null_space) {
      ParallelImagingOptions options;
      options.kernel_columns = columns;
      options.null_space = null_space;
      if (columns <= centre) {
        search.look_at(options);
      }
    }
  }
  const auto vary = [&](double ParallelImagingOptions::*option, const std::vector<double>& values) {
    ParallelImagingOptions options = search.best();
    for (const double value : values) {
      if (value != search.best().*option) {
        options.*option = value;
        search.look_at(options);
      }
    }
  };
  for (const int64_t rows : grid.kernel_rows) {
    ParallelImagingOptions options = search.best();
    options.kernel_rows = rows;
    search.look_at(options);
  }
  vary(&ParallelImagingOptions::regularization, grid.regularization);
  vary(&ParallelImagingOptions::crop, grid.crop);
  return search.best();
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

const TuningGrid& tuning_grid() {
  static const TuningGrid grid{{2, 3, 4, 6},
                               {6},
                               {1e-4, 3e-4, 1e-3, 3e-3},
                               {3e-4, 1e-3, 2e-3, 3e-3, 5e-3, 1e-2, 3e-2},
                               {0.7, 0.8, 0.9}};
  return grid;
}

ParallelImagingOptions tuned_to_target(const torch::Tensor& kspace, const torch::Tensor& mask,
                                       const torch::Tensor& target, double maximum,
                                       std::optional<double> threshold) {
  const torch::NoGradGuard no_grad;
  const detail::Measurement measured = detail::measurement(kspace, mask);
  return searched(measured, [&](const torch::Tensor& predicted) {
    const torch::Tensor image = center_crop_or_pad(detail::consistent_image(predicted, measured),
                                                   target.size(0), target.size(1));
    const auto score = threshold ? foreground_ssim(image, target, maximum, *threshold)
                                 : std::optional<double>(whole_ssim(image, target, maximum));
    require(score.has_value(), [] {
      return Error::Parts{"target", "no foreground", "a slice with something in it",
                          "Choose another slice."};
    });
    return *score;
  });
}

ParallelImagingOptions tuned_on(const fs::path& volume, const DataConfig& data,
                                const std::vector<VolumeEntry>& scored) {
  require_unscored(volume, scored);
  const KspaceVolume full(volume, data);
  const auto whole = full.read_slice(full.slices() / 2);
  require_fully_sampled(whole, full);
  const PreparedSlice slice = prepare_slice({whole, full.mask(), full.grid()});
  const auto target = slice.target();
  return tuned_to_target(slice.full, full.mask(), target, target.max().item<double>(),
                         full.layout().foreground_threshold);
}

}  // namespace dircn
