#pragma once

#include <optional>

#include "dircn/eval/reconstruct.h"
#include "dircn/eval/score_job.h"
#include "dircn/nn/dircn.h"

namespace dircn {

/// The validation set `options.data.val`, reconstructed by `network` slice by slice, at the size of
/// the targets, and timed. A volume whose image file is missing, cannot be opened; an image file
/// without k-space is missing. Throws `Error` if no set is named, and as `find_volumes` and
/// `choose_rule` do.
ScoreJob network_job(const Dircn& network, const ReconstructionOptions& options,
                     std::optional<ScorePreset> preset = std::nullopt);

}  // namespace dircn
