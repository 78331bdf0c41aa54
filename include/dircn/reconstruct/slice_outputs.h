#pragma once

#include <torch/types.h>

#include <map>
#include <set>
#include <string>
#include <utility>

#include "dircn/config/names.h"
#include "dircn/data/volume.h"

namespace dircn {

/// The names of what can be computed of a slice, in files and reports.
inline constexpr const char* kReconstruction = "reconstruction";
inline constexpr const char* kDeviation = "standard_deviation";
inline constexpr const char* kZeroFilled = "zero_filled";
inline constexpr const char* kSensitivityMaps = "sensitivity_maps";
inline constexpr const char* kResidual = "residual";

/// What was computed of one slice, by name, on the CPU:
/// - reconstruction [h, w] float32: the magnitude image;
/// - standard_deviation [h, w] float32: of the members of an ensemble (ddof = 1), where there are
///   several;
/// - zero_filled [h, w] float32: root sum of squares of the masked coil images;
/// - sensitivity_maps [C, h, w] complex64, as the network estimated them;
/// - residual [h, w] float32: root sum of squares over coils of the inverse transform of
///   mask · (k_T − k_0), that is where the image contradicts what was measured.
using SliceOutputs = std::map<std::string, torch::Tensor>;

/// What is computed only where it is asked for.
enum class Extra { zero_filled, sensitivity_maps, residual };

template <>
struct EnumNames<Extra> {
  static constexpr std::pair<Extra, const char*> kTable[] = {
      {Extra::zero_filled, kZeroFilled},
      {Extra::sensitivity_maps, kSensitivityMaps},
      {Extra::residual, kResidual}};
};

using Extras = std::set<Extra>;

/// Each output, as a method gave it, at the pixels of a grid, on the CPU.
SliceOutputs on_grid(const SliceOutputs& outputs, const ImageGrid& grid);

/// Each output centre-cropped or zero-padded to `size`, on the CPU.
SliceOutputs at_size(const SliceOutputs& outputs, ImageSize size);

}  // namespace dircn
