#pragma once

#include <torch/types.h>

#include <cstdint>
#include <string>
#include <vector>

#include "dircn/simulate/simulated_set.h"
#include "simulate/anatomy.h"
#include "simulate/coil_array.h"
#include "simulate/contrast.h"
#include "simulate/deformation.h"
#include "simulate/lesion.h"
#include "simulate/random_stream.h"
#include "simulate/slice_bands.h"

namespace dircn::simulation {

/// Of the images of volumes, as in the challenge's files.
inline constexpr double kMeanMaximum = 1e-3;

/// How a data set divides an anatomy: with gaps that no slice reaches across, however it is bent.
SliceBands bands_of(const Anatomy& anatomy);

/// Every `acceleration`-th column from the first on, and the centre (auto-calibration signal) of
/// 0.32 / acceleration of all columns, 4 at least: [width] float32, 0 or 1.
torch::Tensor column_mask(int64_t width, int64_t acceleration);

/// Which volume of a set.
struct VolumeId {
  int64_t seed;
  Split split;
  int64_t acceleration;
  int64_t index;
};

struct SimulatedSlice {
  torch::Tensor kspace;  // [C, H, W] complex64, fully sampled
  torch::Tensor label;   // [L, L] float32: root sum of squares of its coil images, centre-cropped
  torch::Tensor input;   // [L, L] float32: the same of the masked k-space
};

/// A volume of multi-coil k-space of a random variant of the anatomy, in a random contrast. Equal
/// arguments give equal volumes, whatever else is simulated and on however many threads.
class SimulatedVolume {
 public:
  /// Throws `Error` for sizes that no scan has.
  SimulatedVolume(const Anatomy& anatomy, const Scan& scan, const VolumeId& id);

  const Scan& scan() const { return scan_; }
  const VolumeId& id() const { return id_; }
  Contrast contrast() const { return contrast_; }
  /// [W] float32.
  const torch::Tensor& mask() const { return mask_; }
  /// The boxes of the lesions in each slice, in pixels of its label.
  const std::vector<std::vector<Box>>& lesions() const { return boxes_; }

  /// May be called from several threads at once.
  SimulatedSlice slice(int64_t index) const;

 private:
  void place_lesions(const std::vector<Anatomy::Sample>& samples);
  /// Fills in the object and the boxes of a slice; returns the largest value of its image.
  double render(size_t slice, const Anatomy::Sample& sample);
  torch::Tensor coil_images(int64_t index) const;

  Scan scan_;
  VolumeId id_;
  double fov_;            // of the width, mm
  int64_t oversampling_;  // the anatomy is looked at so many times finer than the pixels
  RandomStream random_;
  Contrast contrast_;
  std::vector<double> heights_;  // of the slices
  Deformation deformation_;
  CoilArray coils_;
  torch::Tensor shading_;  // [W, W]
  torch::Tensor phase_;    // [W, W]
  double noise_;           // standard deviation of a coil's real part
  torch::Tensor mask_;
  std::vector<Lesion> spots_;
  std::vector<std::vector<Box>> boxes_;
  std::vector<torch::Tensor> objects_;  // magnitude of each slice, [W, W]
};

}  // namespace dircn::simulation
