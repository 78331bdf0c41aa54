#pragma once

#include "simulate/planes.h"
#include "simulate/random_stream.h"

namespace dircn::simulation {

/// Lays fluid, skull and a bright scalp around a brain that was stripped of them, so that a network
/// does not learn that a brain ends in air. Their size grows with them.
void add_scalp(Planes& planes, RandomStream& random);

/// What lies within `depth` mm of the outline of a plane [h, w] with pixels of `spacing` mm: from 0
/// to 1, with soft edges. Most of it is fat, which chemical shift displaces.
torch::Tensor rim(const torch::Tensor& image, double depth, double spacing);

}  // namespace dircn::simulation
