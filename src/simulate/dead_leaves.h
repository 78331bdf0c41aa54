#pragma once

#include <cstdint>

#include "simulate/planes.h"
#include "simulate/random_stream.h"

namespace dircn::simulation {

/// Pictures of leaves that fell on each other: discs, ellipses and polygons of all sizes, each of
/// one grey and a faint texture, their radii by a power law, as things in photographs have them
/// (Lee, Mumford, Huang, Int J Comput Vis 41:35, 2001). Most lie within an outline like a head's,
/// with air around. A network that learnt from them sees heads well: Baradad et al., Learning to
/// see by looking at noise, NeurIPS 2021.
Planes dead_leaves(RandomStream& random, int64_t count);

}  // namespace dircn::simulation
