#pragma once

#include "dircn/reconstruct/volume_output.h"

namespace dircn::detail {

OutputFormat hdf5_format();
OutputFormat nifti_format();
OutputFormat png_format();

}  // namespace dircn::detail
