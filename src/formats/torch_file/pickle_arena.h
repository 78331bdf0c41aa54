#pragma once

#include <map>
#include <string>

#include "dircn/formats/pickle_value.h"

namespace dircn {

/// Owns the containers made while a pickle is read, and takes apart those that do not end up in the
/// result: a hostile pickle can make them refer to each other in circles (which would leak) or nest
/// a million deep (whose destructors would overflow the stack).
class PickleArena {
 public:
  /// `name` is the file, for error messages.
  explicit PickleArena(std::string name) : name_(std::move(name)) {}
  ~PickleArena();
  PickleArena(const PickleArena&) = delete;
  PickleArena& operator=(const PickleArena&) = delete;

  /// Throws `Error` if there are absurdly many.
  void add(const PickleValue& container);

  /// Checks the result and keeps what is in it. Throws `Error` if it nests too deeply, contains
  /// itself, is of absurd size or holds a class or a storage.
  void keep(const PickleValue& result) { measure(result, 0); }

 private:
  struct Extent {
    int height = 0;    // how deeply containers nest
    double items = 1;  // counted again wherever they are referred to
  };

  Extent measure(const PickleValue& value, int depth);
  Extent measure_items(const PickleValue& container, int depth);

  std::string name_;
  PickleValue::List containers_;
  std::map<const void*, Extent> kept_;
};

}  // namespace dircn
