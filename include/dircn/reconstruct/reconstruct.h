#pragma once

#include <torch/types.h>

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "dircn/config/config.h"
#include "dircn/data/prepared_slice.h"
#include "dircn/data/volume.h"
#include "dircn/data/volume_tree.h"
#include "dircn/model/network.h"
#include "dircn/reconstruct/slice_method.h"
#include "dircn/reconstruct/volume_output.h"

namespace dircn {

struct ReconstructionOptions {
  DataConfig data;                // layout, FOV crop (off for 2-D masks), masks to be drawn
  std::optional<ImageSize> crop;  // what is written; none: see `KspaceVolume::grid`
  bool overwrite = false;         // reconstruct volumes whose output is there
  Extras extras;                  // what is written beside the reconstruction
  std::vector<OutputFormat> formats = {output_formats().at("h5")};
  std::map<std::string, std::string> provenance = {};  // attributes of HDF5 files, see `provenance`
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

/// Reconstructs volumes by one method, slice by slice, while others are read and written (see
/// `VolumePipeline`). Progress goes to the terminal or the log.
class Reconstructor {
 public:
  Reconstructor(std::shared_ptr<SliceMethod> method, ReconstructionOptions options);
  /// By one network, on a device.
  Reconstructor(const Network& network, ReconstructionOptions options,
                torch::Device device = torch::kCPU);

  /// Those of the method.
  Calibrations calibrations() const { return method_->calibrations(); }

  /// One slice: what the method gives of it, and `zero_filled` if wanted, at the pixels of its
  /// grid. Throws `Error` as the method does.
  SliceOutputs outputs(const MeasuredSlice& slice, const Extras& wanted);
  /// Its reconstruction alone.
  torch::Tensor slice(const MeasuredSlice& slice);

  /// Writes what was computed of each volume to `output / volume.relative`, in the formats that the
  /// options name (see `OutputFormat::path`); those that are there already, with all extras, are
  /// skipped unless `overwrite`. A volume that fails is logged, and the next one follows; it leaves
  /// nothing behind but files that were whole before another of its files could not be written.
  /// Throws `Error` if an output would replace its input.
  ReconstructionSummary volumes(const std::vector<VolumeEntry>& volumes,
                                const std::filesystem::path& output);

 private:
  class Run;

  /// What the method takes, on its device: k-space, its readout cropped, masked.
  torch::Tensor prepare(const MeasuredSlice& slice) const;
  /// The method's part of `outputs`.
  SliceOutputs compute(const torch::Tensor& prepared, const torch::Tensor& mask,
                       const ImageGrid& grid, const Extras& wanted);

  std::shared_ptr<SliceMethod> method_;
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
