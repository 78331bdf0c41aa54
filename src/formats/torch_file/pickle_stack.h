#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

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
  /// itself or is of absurd size.
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

/// The stack and the memo of a pickle that is being read. Every misuse (popping what is not there,
/// recalling what was never stored) is an `Error` naming the file.
class PickleStack {
 public:
  /// `name` is the file, for error messages.
  explicit PickleStack(std::string name) : name_(std::move(name)), arena_(name_) {}

  void push(PickleValue value) { values_.push_back(std::move(value)); }
  /// For lists, tuples and dicts.
  void push_container(PickleValue container);
  PickleValue& top();
  PickleValue pop();
  /// The last `count` values, first pushed first.
  PickleValue::List pop_many(size_t count);

  void mark() { marks_.push_back(values_.size()); }
  PickleValue::List pop_to_mark();

  /// Stores the top value under `key`, or under the next number.
  void memoize(uint64_t key) { memo_[key] = top(); }
  void memoize() { memoize(memo_.size()); }
  /// Pushes what is stored under `key`.
  void recall(uint64_t key);

  /// The top value as the result of the whole pickle.
  PickleValue finish();

 private:
  [[noreturn]] void fail(const std::string& found) const;

  std::string name_;
  PickleValue::List values_;
  std::vector<size_t> marks_;
  std::map<uint64_t, PickleValue> memo_;
  PickleArena arena_;  // last, so that it goes first and takes deep nests apart
};

}  // namespace dircn
