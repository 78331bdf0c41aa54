#pragma once

#include <H5Cpp.h>

#include <string>
#include <utility>

#include "dircn/core/error.h"
#include "formats/hdf5/hdf5_cause.h"

namespace dircn::detail {

/// HDF5's own words for its latest failure: the innermost message of its error stack.
inline std::string hdf5_reason(const H5::Exception& failure) {
  std::string innermost;
  const auto keep_first = [](unsigned level, const H5E_error2_t* entry, void* text) -> herr_t {
    if (level == 0 && entry->desc != nullptr) {
      *static_cast<std::string*>(text) = entry->desc;
    }
    return 0;
  };
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, keep_first, &innermost);
  return innermost.empty() ? failure.getDetailMsg() : innermost;
}

/// Runs `action`; an exception of HDF5 becomes the `Error` that `failure` describes, `with_reason`.
/// The reason is gone once HDF5 objects are closed: those of
/// `action` should outlive it.
template <typename Action>
auto hdf5_guard(Error::Parts failure, Action&& action) {
  // Its setting belongs to the calling thread, so it is made at every entry.
  H5::Exception::dontPrint();
  try {
    return std::forward<Action>(action)();
  } catch (const H5::Exception& exception) {
    throw Error(with_reason(std::move(failure), hdf5_reason(exception)));
  }
}

}  // namespace dircn::detail
