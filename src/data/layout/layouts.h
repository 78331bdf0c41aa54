#pragma once

#include "dircn/data/data_layout.h"

namespace dircn::detail {

/// The SNU fastMRI challenge's.
DataLayout snu_layout();
/// fastMRI's own.
DataLayout fastmri_layout();

}  // namespace dircn::detail
