#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>

#include "dircn/data/volume.h"
#include "dircn/reconstruct/slice_outputs.h"

namespace dircn {

/// A volume that is being written. Each of its files appears whole, that of the reconstruction
/// last; destroyed before `finish()` it leaves nothing behind. All functions throw `Error`, naming
/// the file, for what cannot be written.
class VolumeOutput {
 public:
  VolumeOutput() = default;
  VolumeOutput(const VolumeOutput&) = delete;
  VolumeOutput& operator=(const VolumeOutput&) = delete;
  virtual ~VolumeOutput() = default;

  /// Every slice once, in any order, each with the same outputs.
  virtual void write_slice(int64_t index, const SliceOutputs& outputs) = 0;
  virtual void finish() = 0;
};

/// How a reconstructed volume is written.
///
/// - h5: one file with a data set [S, ...] for each of the outputs, `ismrmrd_header` and the
///   attributes of the k-space's file, and the mask where it was drawn.
/// - nifti: NAME.nii.gz, and NAME_<output>.nii.gz for what else there is; of sensitivity maps their
///   magnitude, a coil after the other. Voxels as the scan's header has them.
/// - png: a folder NAME with 000.png and so on, one slice each, in one grey window for the volume:
///   from its 1st to its 99.8th percentile; other outputs as <output>_000.png. A folder of that
///   name with anything else in it is an `Error`. Sensitivity maps are
///   a mosaic, see `coil_mosaic`.
struct OutputFormat {
  std::string about;  // for users

  /// Where it puts a volume whose HDF5 file would be `base`: out/a.h5, out/a.nii.gz, the folder
  /// out/a. Files of further outputs lie beside it.
  std::filesystem::path (*path)(std::filesystem::path base);

  /// Whether the volume at such a path, where something is, has an output of this name.
  bool (*holds)(const std::filesystem::path& path, const std::string& output);

  /// `provenance`: attributes for an HDF5 file beside those of `kspace`.
  std::unique_ptr<VolumeOutput> (*open)(const std::filesystem::path& path,
                                        const KspaceVolume& kspace, const ImageGrid& grid,
                                        const std::map<std::string, std::string>& provenance);
};

/// All of them, by name.
const std::map<std::string, OutputFormat>& output_formats();

/// Whether a volume (`base`: see `OutputFormat::path`) is there in this format, with all of
/// `wanted`.
bool is_written(const OutputFormat& format, const std::filesystem::path& base,
                const Extras& wanted);

}  // namespace dircn
