#pragma once

#include <torch/types.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "dircn/config/config.h"
#include "dircn/core/error.h"
#include "dircn/data/slice_set.h"
#include "dircn/data/volume.h"
#include "dircn/data/volume_tree.h"
#include "dircn/mri/acs.h"

namespace dircn {

// Input that can be read, and yet voids what is done with it: k-space that is masked already where
// targets are made of it, masks without a centre, images of another scan, volumes of nothing.

/// What the targets are, which decides on what still makes sense.
enum class Targets {
  made_of_kspace,  // training: the image of the k-space as it is stored
  labels           // validation and scores: the volume's images, where it has them
};

struct InputFinding {
  bool fatal = false;  // nothing sensible can come of it; else something may
  Error::Parts parts;

  std::string text() const { return Error(parts).what(); }
};

/// Throws the first fatal finding as `Error`.
void require_usable(const std::vector<InputFinding>& findings);

/// What was noticed in a volume.
struct VolumeCheck {
  bool empty = false;   // its k-space holds nothing
  bool masked = false;  // its k-space was multiplied by a mask already
  std::vector<InputFinding> findings;
};

/// Looks at volumes. Of each, the mask and the middle slice (where that is empty, the first one
/// that is not) with its label: a slice is read, and its images are made.
class InputCheck {
 public:
  /// With `made_of_kspace` no label is looked at, and masks of files count where training uses them
  /// (`TrainingMasks`). `calibrations`: of the networks that are to take the volumes.
  InputCheck(DataConfig config, Targets targets, Calibrations calibrations = {Calibration::centre})
      : config_(std::move(config)), targets_(targets), calibrations_(std::move(calibrations)) {}

  /// Throws `Error` where files cannot be read.
  VolumeCheck add(const VolumeEntry& entry);

  /// Labels that fit the k-space of another one of these volumes much better than their own.
  std::vector<InputFinding> exchanged() const;

 private:
  struct Seen {
    std::string label_name;
    std::string kspace_name;
    torch::Tensor label;  // [h, w], and the image of the k-space at the same place
    torch::Tensor image;
  };

  void add_label(const KspaceVolume& volume, const VolumeEntry& entry, int64_t slice,
                 const torch::Tensor& kspace, VolumeCheck& check);

  DataConfig config_;
  Targets targets_;
  Calibrations calibrations_;
  std::vector<Seen> seen_;
};

/// At most 8 of these volumes, spread evenly, the first and the last among them: what is looked at
/// before work begins on a set. Mistakes of this kind are mostly made for whole sets, and so many
/// slices are read within seconds, however large the set is.
std::vector<VolumeEntry> some_of(const std::vector<VolumeEntry>& volumes);

/// Checks some volumes of a set: logs each warning, and throws `Error` for what is fatal.
void check_set(const SliceSet& set, const DataConfig& config, Targets targets,
               const Calibrations& calibrations = {Calibration::centre});

}  // namespace dircn
