#pragma once

#include <filesystem>
#include <optional>

#include "dircn/config/config.h"
#include "dircn/score/score_job.h"

namespace dircn {

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

}  // namespace dircn
