#pragma once

#include <torch/types.h>

#include <string>
#include <vector>

namespace dircn::simulation {

/// Of the brightest: below that there is air.
inline constexpr double kSomething = 0.08;

/// Neighbouring planes through something that may be scanned.
struct Planes {
  std::string source;                 // what it is, for people
  std::vector<torch::Tensor> images;  // each [h, w] float32, 0 in air, 1 is bright
  double row_spacing = 1;             // mm from one row to the next
  double column_spacing = 1;
  double height = 0;  // of what is not air, mm, in all of the body's planes together
  double width = 0;
  double row_centre = 0;  // its middle, in mm from the middle of the images
  double column_centre = 0;
  bool skull_stripped = false;  // a brain without a scalp
};

}  // namespace dircn::simulation
