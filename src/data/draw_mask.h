#pragma once

#include <torch/types.h>

#include <cstdint>
#include <string>

#include "dircn/config/config.h"

namespace dircn {

struct DrawnMask {
  torch::Tensor columns;  // bool [width]
  int64_t acceleration;   // the nominal one that was chosen
};

/// The column mask that fastMRI's code draws for a validation volume, equal to the bit, so that
/// scores compare. Everything random follows from the characters of `file_name` (UTF-8, with its
/// extension, without folders). One pair of centre fraction and acceleration is chosen; the centre
/// columns are sampled fully, the others by `config.type`. Throws `Error` where an acceleration
/// cannot be reached in so few columns.
DrawnMask draw_mask(const MaskConfig& config, const std::string& file_name, int64_t width);

}  // namespace dircn
