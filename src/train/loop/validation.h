#pragma once

#include <torch/types.h>

#include <functional>
#include <optional>
#include <string>

#include "dircn/config/config.h"
#include "dircn/data/slice_set.h"
#include "dircn/model/dircn.h"
#include "dircn/score/score_rule.h"

namespace dircn {

/// A set with labels, and how it is scored.
struct ValidationSet {
  SliceSet slices;
  ScoreRule rule;
};

/// Scores of a validation set, all volumes together, whatever folders they lie in: as the rule
/// means them, else means over slices. Images are centre-cropped or zero-padded to the label's
/// size.
struct ValidationScores {
  double loss = 0;              // the training loss
  double ssim = 0;              // as `dircn_eval` scores it
  double ssim_zero_filled = 0;  // the same of the zero-filled images
  double psnr = 0;              // dB, data range the volume's `max` if the rule has no PSNR
  double nmse = 0;
  double seconds = 0;
  torch::Tensor picture;  // uint8 [h, w]: the set's middle slice, see `comparison_picture`
};

/// Reconstructs and scores every slice of `set`, in float32. None if `stop()` became true.
/// Throws `NotFinite` if the network yields NaN or Inf. `title` begins the lines of
/// progress.
std::optional<ValidationScores> validate(Dircn& network, const ValidationSet& set,
                                         const Config& config, torch::Device device,
                                         const std::string& title,
                                         const std::function<bool()>& stop);

}  // namespace dircn
