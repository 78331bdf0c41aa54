#pragma once

#include <torch/types.h>

#include <array>
#include <string>

namespace dircn::simulation {

/// A head as T1-weighted MRI shows it. X runs from left to right, Y from back to front, Z upwards.
struct HeadImages {
  torch::Tensor t1;               // [Z, Y, X] float32, any scale
  torch::Tensor brain;            // [Z, Y, X] float32: 1 inside of the skull, 0 outside
  std::array<double, 3> spacing;  // mm along Z, Y, X
};

/// The name of the head that is made up.
inline constexpr const char* kPhantom = "phantom";

/// The head that `name` stands for: "phantom", or a NIfTI file of a T1-weighted head. Its brain is
/// read from the file beside it whose name has "bet" or "_brain" added (ch2.nii.gz: ch2bet.nii.gz),
/// in which everything else is zero. Without one, what lies 15 mm below the scalp counts as brain.
/// Throws `Error` if a file cannot be read, or if no head can be made out.
HeadImages load_head(const std::string& name);

/// Colin27 of Debian's package mricron-data if it is installed, else "phantom".
std::string default_anatomy();

/// A made-up head of 181 x 217 x 181 voxels of 1 mm: ellipsoids with skin, fat, skull,
/// cerebrospinal fluid, a folded cortex, white matter, ventricles and eyes. Always the same.
HeadImages phantom_head();

}  // namespace dircn::simulation
