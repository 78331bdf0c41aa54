#pragma once

#include <torch/types.h>

#include <cstdint>
#include <optional>
#include <string>

#include "dircn/reconstruct/slice_method.h"

namespace dircn {

/// What a network has to beat: parallel imaging with compressed sensing, without anything learned.
/// Computed by BART, the Berkeley Advanced Reconstruction Toolbox (https://mrirecon.github.io/bart,
/// Debian's package `bart`; tested: 0.8), a program that need not be installed for anything else.

/// The defaults suit centres of 4 columns as well as of 24; docs/reconstructing.md says what they
/// bring. `parallel_imaging_tuning.h` chooses better ones for given data.
struct ParallelImagingOptions {
  /// Of `pics`: weight of the l1 norm of the wavelet coefficients, relative to k-space that `pics`
  /// scales to about 1.
  double regularization = 0.003;
  int64_t iterations = 60;  // of FISTA

  /// Of `ecalib`, which estimates the maps: edges of its kernel, which become those of the fully
  /// sampled centre where that is smaller. No columns: for each slice the most of 2, 3 and 4 whose
  /// maps still hold 98 % of what those of 2 hold of the centre's signal.
  std::optional<int64_t> kernel_columns = std::nullopt;
  int64_t kernel_rows = 3;
  /// Singular values of the calibration matrix below this part of the largest are those of noise.
  double null_space = 0.001;
  /// There are no maps where the eigenvalue is below this, which is outside the object.
  double crop = 0.8;
};

/// "BART: ecalib -m 2 -k 4:3:1 -t 0.001 -c 0.8, pics -l1 -r 0.003 -i 60", and where the centre says
/// how many columns the kernel has "-k 2..4:3:1".
std::string to_string(const ParallelImagingOptions& options);

/// Whether the program `bart` is there: in the folder that $BART_TOOLBOX_PATH or $TOOLBOX_PATH
/// names, as BART's own users set them, or in one of $PATH.
bool parallel_imaging_is_available();

/// Sensitivity maps by ESPIRiT (Uecker et al., Magn Reson Med 71:990, 2014) from the fully sampled
/// centre, two for each coil (of a single one, one), since a head that is larger than the field of
/// view folds into itself; with them the images x that minimise ½‖P F S x − y‖² + λ‖W x‖₁ (Lustig
/// et al., Magn Reson Med 58:1182, 2007): BART's `ecalib` and `pics`. The coil images S x, with
/// what was measured in the place of their k-space, are combined by the root of the sum of squares:
/// so the image has its units, and what the maps miss is as in the zero-filled image. How many
/// threads BART takes is up to $OMP_NUM_THREADS. Safe to call from several threads.
class ParallelImaging : public SliceMethod {
 public:
  /// Throws `Error` if the program is missing or an option is not positive.
  explicit ParallelImaging(ParallelImagingOptions options = {});

  /// kspace [C, H, W] complex, zero or not where not sampled; mask: bool [W] (columns) or [H, W].
  /// Returns the magnitude image [H, W] float32 on the CPU. k-space of an oversampled readout is
  /// best cropped to the field of view first (`fov_crop`): that takes half the time.
  ///
  /// Throws `Error` for other shapes, NaN or Inf, a mask with less than 4x4 fully sampled points in
  /// the centre, if the program fails, and after a signal (see `catch_interrupts`). Temporary files
  /// are gone in each case.
  torch::Tensor operator()(const torch::Tensor& kspace, const torch::Tensor& mask) const;

  /// The image of a slice as the reconstruction; there is nothing beside it.
  SliceOutputs reconstruct(const torch::Tensor& kspace, const torch::Tensor& mask,
                           const Extras& wanted) override;

 private:
  ParallelImagingOptions options_;
  std::string program_;
};

}  // namespace dircn
