#pragma once

#include <torch/types.h>

#include <filesystem>
#include <string>

#include "dircn/formats/voxel_geometry.h"

namespace dircn {

/// Writes `values` [Z, Y, X], or [T, Z, Y, X] for several volumes in one place, real and on any
/// device, as a NIfTI-1 file of float32; compressed where the name ends in .nii.gz. Equal values
/// make equal bytes.
///
/// The file's axes i, j, k are X, Y, Z as they lie in `values`: nothing is turned. Where the
/// orientation is known, qform and sform both say it (code 1, "scanner"), in NIfTI's axes towards
/// right, front and head; where it is not, both codes are 0 ("unknown") and the file tells the
/// spacing alone. `description` is cut after 79 bytes, the header's room for it.
///
/// The file appears whole or not at all. Throws `Error`, naming it, if its name ends in neither
/// .nii nor .nii.gz; `values` are complex, empty, of another rank or longer than 32767 in one
/// dimension; a spacing is not positive or anything in the geometry not finite; or the disk refuses
/// the file.
void write_nifti(const std::filesystem::path& path, const torch::Tensor& values,
                 const VoxelGeometry& geometry, const std::string& description);

}  // namespace dircn
