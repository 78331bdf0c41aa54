#pragma once

#include <torch/types.h>

#include <cstdint>
#include <optional>
#include <set>

namespace dircn {

/// Brings a sampling mask to the one form the network works with: bool [B or 1, 1, H or 1, W].
/// `mask`: [W] (phase-encode columns), [H, W] (2-D sampling), or already four-dimensional; any
/// number type, non-zero = sampled. Throws `Error` for other ranks.
torch::Tensor canonical_mask(const torch::Tensor& mask);

/// The auto-calibration signal of each mask: the fully sampled centre from which coil sensitivities
/// are read. `mask`: canonical, bool [B, 1, H or 1, W]. Returns a mask of the same shape and
/// device.
///
/// Column masks (H = 1): with `left` the last unsampled column below ⌊W/2⌋ (none: -1) and `right`
/// the first from there on (none: W), `width = right - left` columns from ⌊(W - width + 1) / 2⌋,
/// clipped to the image. That is one column more than is fully sampled; trained networks expect it
/// (the extra column holds zeros or a sampled line). 2-D masks: the largest fully sampled rectangle
/// centred on (⌊H/2⌋, ⌊W/2⌋).
torch::Tensor acs_mask(const torch::Tensor& mask);

/// The same as fastMRI's E2E-VarNet has it. Column masks: of the sampled columns in a row to the
/// left of ⌊W/2⌋ and from there to the right, the smaller number on both sides, at least one column
/// in all; or as many columns as `columns` says. All of a fully sampled mask. 2-D masks: as above.
torch::Tensor symmetric_acs_mask(const torch::Tensor& mask,
                                 const std::optional<int64_t>& columns = std::nullopt);

/// What a network estimates its sensitivity maps from.
enum class Calibration {
  centre,            // `acs_mask`
  symmetric_centre,  // `symmetric_acs_mask`
  all                // all that was measured
};

using Calibrations = std::set<Calibration>;

/// The samples of a canonical mask that this takes: a mask of the same shape.
torch::Tensor calibration_mask(const torch::Tensor& mask, Calibration calibration);

}  // namespace dircn
