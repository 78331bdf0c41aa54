#pragma once

#include <torch/types.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "dircn/config/config.h"
#include "dircn/data/volume_tree.h"
#include "dircn/reconstruct/slice_method.h"

namespace dircn {

/// What a network has to beat: parallel imaging with compressed sensing, without anything learned.
/// Computed by BART, the Berkeley Advanced Reconstruction Toolbox (https://mrirecon.github.io/bart,
/// Debian's package `bart`; tested: 0.8), a program that need not be installed for anything else.

struct ParallelImagingOptions {
  /// Of `pics`: weight of the l1 norm of the wavelet coefficients, relative to k-space that `pics`
  /// scales to about 1.
  double regularization = 0.003;
  int64_t iterations = 100;  // of FISTA
};

/// Whether the program `bart` is there: in the folder that $BART_TOOLBOX_PATH or $TOOLBOX_PATH
/// names, as BART's own users set them, or in one of $PATH.
bool parallel_imaging_is_available();

/// Sensitivity maps by ESPIRiT (Uecker et al., Magn Reson Med 71:990, 2014) from the fully sampled
/// centre, and with them the image x that minimises ½‖P F S x − y‖² + λ‖W x‖₁ (Lustig et al., Magn
/// Reson Med 58:1182, 2007): BART's `ecalib` and `pics`. How many threads those take is up to
/// $OMP_NUM_THREADS. Safe to call from several threads.
class ParallelImaging : public SliceMethod {
 public:
  /// Throws `Error` if the program is missing or an option is not positive.
  explicit ParallelImaging(ParallelImagingOptions options = {});

  /// kspace [C, H, W] complex, zero or not where not sampled; mask: bool [W] (columns) or [H, W].
  /// Returns the magnitude image [H, W] float32 on the CPU, in the units of the root sum of squares
  /// of the coil images (`ifft2c`) of full k-space, for whose maps Σ|S|² = 1. It is zero where
  /// there are no maps, outside the object. k-space of an oversampled readout is best cropped to
  /// the field of view first (`fov_crop`): that takes half the time.
  ///
  /// Throws `Error` for other shapes, NaN or Inf, a mask with less than 4x4 fully sampled points in
  /// the centre, if the program fails, and after a signal (see `catch_interrupts`). Temporary files
  /// are gone in each case.
  torch::Tensor operator()(const torch::Tensor& kspace, const torch::Tensor& mask) const;

  /// One image for each of these regularizations, with one set of maps.
  std::vector<torch::Tensor> images(const torch::Tensor& kspace, const torch::Tensor& mask,
                                    const std::vector<double>& regularizations) const;

  /// The image of a slice as the reconstruction; there is nothing beside it.
  SliceOutputs reconstruct(const torch::Tensor& kspace, const torch::Tensor& mask,
                           const Extras& wanted) override;

 private:
  ParallelImagingOptions options_;
  std::filesystem::path program_;
};

/// 1e-4 to 1e-1, each √10 times the one before it.
const std::vector<double>& regularization_grid();

/// The regularization of the grid whose image is most like `target` [h, w], to which it is
/// centre-cropped or zero-padded: by `foreground_ssim` with this threshold, or without one by
/// `whole_ssim`; `maximum`: the data range. For a slice that is not scored. Throws `Error` as
/// `ParallelImaging` does, and if no pixel exceeds the threshold.
double tuned_regularization(const torch::Tensor& kspace, const torch::Tensor& mask,
                            const torch::Tensor& target, double maximum,
                            std::optional<double> threshold,
                            const ParallelImagingOptions& options = {});

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
