#pragma once

#include <torch/types.h>

#include <cstdint>
#include <optional>
#include <vector>

#include "dircn/config/simulation_config.h"
#include "simulate/anatomy_library.h"
#include "simulate/coil_array.h"
#include "simulate/random_stream.h"
#include "simulate/scan_plan.h"
#include "simulate/varied_mask.h"

namespace dircn::simulation {

/// What scans are made from.
struct ScanSources {
  /// Reads them. Throws `Error` for heads and maps that cannot be read or taken.
  explicit ScanSources(const SimulationConfig& of);

  SimulationConfig config;
  AnatomyLibrary anatomy;
  std::optional<torch::Tensor> coil_maps;  // [C, h, w] complex64: measured ones
};

/// A scan of a few neighbouring slices, unlike any other: everything about it is drawn. Another
/// body, contrast, pose, receive field, phase, matrix, coil array, noise and mask, as scanners of
/// all kinds, and their users, choose them. Equal arguments give equal scans, to the bit.
class VariedScan {
 public:
  VariedScan(const ScanSources& sources, const RandomStream& random, int64_t slices);

  int64_t slices() const { return static_cast<int64_t>(objects_.size()); }
  int64_t coils() const { return coils_; }
  const ScanPlan& plan() const { return plan_; }
  const VariedMask& mask() const { return mask_; }
  double snr() const { return snr_; }

  /// [C, H, W] complex64: fully sampled, but for what the plan does not measure. Not the same
  /// again: the noise is another one each time.
  torch::Tensor kspace(int64_t slice);

 private:
  torch::Tensor maps(const ScanSources& sources, const Planes& planes);
  torch::Tensor coil_images(int64_t slice);

  RandomStream random_;
  int64_t coils_ = 0;
  double snr_ = 0;
  ScanPlan plan_;
  VariedMask mask_;
  torch::Tensor maps_;                  // [C, H, rendered columns] complex64
  torch::Tensor loudness_;              // [C]: the noise of each coil, relative to the others'
  std::optional<CoilArray> array_;      // where its coils' noise is correlated
  double noise_ = 0;                    // standard deviation of a coil's real part
  std::vector<torch::Tensor> objects_;  // [H, rendered columns] complex64
};

}  // namespace dircn::simulation
