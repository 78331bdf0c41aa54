#pragma once

#include <memory>
#include <optional>

#include "dircn/config/config.h"
#include "dircn/reconstruct/slice_method.h"
#include "dircn/score/score_job.h"

namespace dircn {

/// The validation set `data.val`, reconstructed by a method slice by slice, at the size of the
/// targets, and timed. A volume whose image file is missing, cannot be opened; an image file
/// without k-space is missing. Throws `Error` if no set is named, and as `find_volumes` and
/// `choose_rule` do.
ScoreJob score_network_job(std::shared_ptr<SliceMethod> method, const DataConfig& data,
                           std::optional<ScorePreset> preset = std::nullopt);

}  // namespace dircn
