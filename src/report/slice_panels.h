#pragma once

#include <torch/types.h>

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "dircn/score/volume_source.h"

namespace dircn::detail {

/// What the panels of a report show; the same for all slices, though some may be missing in one.
struct Panel {
  enum class Kind { image, similarity, deviation };
  std::string title;
  Kind kind;
  std::string note;
};

/// How much a standard deviation and a residual are amplified.
inline constexpr double kDeviationGain = 20;
inline constexpr double kResidualGain = 5;

/// Zero-filled, the reconstruction of each run, target; of each run error and SSIM map, standard
/// deviation and residual.
std::vector<Panel> panels_of(const std::vector<std::string>& runs);

/// One slice's pictures in the order of `panels_of`, uint8 [h, w]; none for what is not there.
/// `runs`: the images of each run, nullopt for one without the volume; at least one has it.
/// `white`: the value that images show white; `data_range`: that of SSIM.
std::vector<std::optional<torch::Tensor>> slice_panels(
    const std::vector<std::optional<SliceImages>>& runs, double white, double data_range);

/// "data:image/png;base64,..." of a picture, uint8 [h, w] or [h, w, 3].
std::string picture_data(const torch::Tensor& picture);

}  // namespace dircn::detail
