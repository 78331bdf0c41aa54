#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "dircn/config/config.h"
#include "dircn/reconstruct/slice_method.h"
#include "dircn/score/scores.h"
#include "dircn/score/volume_source.h"

namespace dircn {

/// What is to be scored, and by which rule.
struct ScoreJob {
  struct Volume {
    std::string name;  // below the root of the targets, see `ImageEntry`
    /// Throws `Error` for what cannot be scored.
    std::function<std::unique_ptr<VolumeSource>()> open;
  };
  ScoreRule rule = score_rule(ScorePreset::snu2022);
  std::vector<Volume> volumes = {};
  std::vector<ScoreProblem> problems = {};            // volumes without a counterpart
  std::shared_ptr<const SliceTimes> times = nullptr;  // filled while a network reconstructs
};

/// Reconstructions on disk, `reconstruction` [S, h, w] (any real type), against the image files of
/// another folder, matched by name and sorted. One folder may lie in the other. Without `preset`
/// the targets decide, see `choose_rule`. Throws `Error` as that and `find_images` do.
///
/// Targets without `image_input` get the zero-filled images of their k-space, which lies in their
/// own file (fastMRI) or beside it (../kspace/NAME.h5). Its mask is the data set `mask` [W] or
/// [H, W] of the reconstruction's file, else its own, else drawn as `data` says; the FOV crop is
/// that of `data`.
///
/// Opening a volume throws `Error` unless the shapes agree: with fastmri the reconstruction may be
/// larger than the target, or smaller as long as the crop lies in it; else they are equal.
ScoreJob score_folder_job(const std::filesystem::path& target,
                          const std::filesystem::path& reconstruction,
                          std::optional<ScorePreset> preset = std::nullopt,
                          const DataConfig& data = {});

/// The validation set `data.val`, reconstructed by a method slice by slice, at the size of the
/// targets, and timed. A volume whose image file is missing or whose input voids the method (see
/// `InputCheck`), cannot be opened; an image file
/// without k-space is missing. Throws `Error` if no set is named, and as `find_volumes` and
/// `choose_rule` do.
ScoreJob score_network_job(std::shared_ptr<SliceMethod> method, const DataConfig& data,
                           std::optional<ScorePreset> preset = std::nullopt);

/// `preset`, or what fits the layout of the files: fastmri for fastMRI's, else snu2022. Files for
/// which `layout` throws `Error` are passed over. Throws `Error`, naming one file of each, if they
/// have different layouts.
ScoreRule choose_rule(std::optional<ScorePreset> preset,
                      const std::vector<std::filesystem::path>& files,
                      const std::function<Layout(const std::filesystem::path& file)>& layout);

/// Scores all volumes of a job. What cannot be scored becomes a problem, and the rest is scored.
/// Progress goes to the terminal or the log. Throws `Error` if a signal came (see
/// `catch_interrupts`): scores of a part would be taken for those of all.
Scores score_volumes(const ScoreJob& job);

/// The volume of that name, which the job scored; null where it did not. Throws as
/// `ScoreJob::Volume::open` does.
std::unique_ptr<VolumeSource> open_scored(const ScoreJob& job, const Scores& scores,
                                          const std::string& name);

}  // namespace dircn
