#pragma once

#include <cstddef>
#include <string>

namespace dircn::detail {

/// What to do with k-space whose axes lie in another order than [slices, coils, height, width]:
/// `change` is what h5py applies to it, e.g. "k.swapaxes(2, 3)".
inline std::string rewrite_advice(const std::string& change) {
  return "Write it again in that order, for instance with h5py: k = f['kspace'][()]; del "
         "f['kspace']; f['kspace'] = " +
         change + ".";
}

inline constexpr const char* kLinesFirst = "k.swapaxes(2, 3)";
inline constexpr const char* kCoilsLast = "k.transpose(0, 3, 1, 2)";

/// The same for k-space of another number of dimensions than four.
inline std::string shape_advice(size_t dimensions) {
  if (dimensions == 3) {
    return "Say which axis is missing. " +
           rewrite_advice("k[:, None] (one coil) or k[None] (one slice)");
  }
  if (dimensions == 5) {
    return "Choose one of the averages, sets or repetitions, or write a file of each. " +
           rewrite_advice("k[:, 0] (or k[0], by where that axis is)");
  }
  return "";
}

}  // namespace dircn::detail
