#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "dircn/formats/pickle_value.h"

namespace dircn {

/// A pickle (protocol 2) as `torch.save` writes it, which Python's `torch.load(weights_only=True)`
/// opens.
struct Pickle {
  std::string bytes;
  /// The tensor whose contiguous values belong into the record "data/<index>". Tensors that are the
  /// same view of the same storage appear once, so Python sees them shared.
  std::vector<torch::Tensor> tensors;
};

/// Tensors are written as contiguous CPU tensors. Throws `Error` with `subject` for a dtype that
/// dircn does not write (integers, floats and complex numbers of the usual widths and bool are).
Pickle make_pickle(const PickleValue& value, const std::string& subject);

}  // namespace dircn
