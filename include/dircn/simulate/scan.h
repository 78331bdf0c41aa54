#pragma once

#include <cstdint>

namespace dircn::simulation {

/// What a scanner measures of every volume.
struct Scan {
  int64_t slices = 16;
  int64_t coils = 16;
  int64_t height = 768;  // readout: sees twice the head's field of view where it is twice the width
  int64_t width = 396;   // phase encoding; pixels are square
  int64_t label = 384;   // edge of the images
};

}  // namespace dircn::simulation
