#pragma once

#include <torch/types.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "dircn/config/config.h"
#include "dircn/core/precision.h"
#include "dircn/data/volume.h"
#include "dircn/data/volume_tree.h"
#include "dircn/nn/dircn.h"
#include "dircn/nn/graph_runner.h"

namespace dircn {

struct ReconstructionOptions {
  torch::Device device = torch::kCPU;
  DataConfig data;              // layout, FOV crop (off for 2-D masks), masks to be drawn
  std::optional<int64_t> crop;  // edge of the square that is written; none: the size that the file
                                // names, or data.crop
  bool overwrite = false;       // reconstruct volumes whose output is there
  Precision precision = Precision::fp32;
};

/// How many volumes went which way, and what the network's time was.
struct ReconstructionSummary {
  int64_t reconstructed = 0;
  int64_t skipped = 0;  // output was there
  int64_t failed = 0;
  bool interrupted = false;  // a signal came; the rest was not begun

  int64_t slices = 0;          // that the network reconstructed, also of volumes that failed later
  double network_seconds = 0;  // from their k-space on the device to their images on the CPU
  double seconds = 0;          // from the first slice that was asked for to the last volume written

  /// The share of the time in which the network was at work, 0 to 1; the rest it waited for files.
  double busy() const { return seconds > 0 ? network_seconds / seconds : 0; }
};

/// Reconstructs volumes with one network, slice by slice, while others are read and written (see
/// `VolumePipeline`). Progress goes to the terminal or the log.
class Reconstructor {
 public:
  /// Moves `network` to the device and into evaluation mode.
  Reconstructor(Dircn network, ReconstructionOptions options);

  /// One slice: k-space [C, H, W] complex64, masked or not, and mask, bool [W] or [H, W] -> image
  /// of `size` float32 on the CPU, centre-cropped or zero-padded. Throws `Error` if the network
  /// yields NaN or Inf.
  torch::Tensor slice(const torch::Tensor& kspace, const torch::Tensor& mask, ImageSize size);

  /// Writes each volume's `reconstruction` to `output / volume.relative`, with what its file says
  /// of the scan (`ismrmrd_header`, attributes). A volume that fails is logged, leaves nothing
  /// behind, and the next one follows. Throws `Error` if an output would replace its input.
  ReconstructionSummary volumes(const std::vector<VolumeEntry>& volumes,
                                const std::filesystem::path& output);

 private:
  class Run;

  /// What the network takes, on its device: k-space, masked and its field of view cropped.
  torch::Tensor prepare(const torch::Tensor& kspace, const torch::Tensor& mask) const;
  /// The network's part of `slice`.
  torch::Tensor image(const torch::Tensor& prepared, const torch::Tensor& mask, ImageSize size);

  Dircn network_;
  GraphRunner run_;
  ReconstructionOptions options_;
};

/// The volumes in `input` (see `find_volumes`), without those that an earlier run wrote to an
/// `output` folder inside it. Throws `Error` if none is left.
std::vector<VolumeEntry> input_volumes(const std::filesystem::path& input,
                                       const std::filesystem::path& output);

/// The closing line, e.g. "3 volumes reconstructed, 1 skipped (already there), 0 failed; the
/// network ran 97 % of 48.6 s (48 slices, 982.0 ms each)".
std::string to_string(const ReconstructionSummary& summary);

}  // namespace dircn
