#pragma once

#include <torch/types.h>

#include <array>
#include <filesystem>

namespace dircn {

/// A 3-D image of a head or the like, in the orientation of the anatomy.
struct NiftiImage {
  torch::Tensor values;           // [Z, Y, X] float32, scaled as the file asks
  std::array<double, 3> spacing;  // mm between neighbours along Z, Y, X
};

/// Reads a NIfTI-1 file (.nii, .nii.gz, or an .hdr and .img pair) of any real number type. Where
/// the file says how its axes lie in the body, they are exchanged and turned so that X runs from
/// left to right, Y from back to front and Z from feet to head, as nearly as they can; else they
/// stay as stored.
///
/// Throws `Error`, naming the file, if it is missing, truncated or no NIfTI file; is not
/// three-dimensional; holds complex numbers or colours; or claims more than 2^28 values.
NiftiImage read_nifti(const std::filesystem::path& path);

}  // namespace dircn
