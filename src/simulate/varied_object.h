#pragma once

#include <torch/types.h>

#include <vector>

#include "simulate/planes.h"
#include "simulate/random_stream.h"
#include "simulate/scan_plan.h"

namespace dircn::simulation {

/// Gives planes another contrast, perhaps lesions, perhaps a scalp where they have none.
void vary_contrast(Planes& planes, RandomStream& random);

/// The transverse magnetisation that a scan of these planes sees in each, at the pixels of its plan
/// ([rows, rendered columns] complex64): posed, bent and shaded at random, with a phase that is
/// smooth in tissue and abrupt at air, fat displaced by chemical shift, and cut to the plan's
/// resolution in k-space, as a scanner does. The largest magnitude in each is about 1.
std::vector<torch::Tensor> magnetisation(const Planes& planes, const ScanPlan& plan, bool turned,
                                         RandomStream& random);

}  // namespace dircn::simulation
