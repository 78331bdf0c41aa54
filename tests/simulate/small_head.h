#pragma once

#include <torch/types.h>

#include <filesystem>

#include "simulate/head_images.h"

namespace dircn::testing {

/// A head that is made in no time: a cylinder of elliptic layers, 180 x 216 mm in the plane and 109
/// mm high, with a grey spot on one side. Same at every height.
simulation::HeadImages small_head();

/// The same as the file `folder`/head.nii with head_brain.nii beside it; returns its path.
std::filesystem::path write_small_head(const std::filesystem::path& folder);

}  // namespace dircn::testing
