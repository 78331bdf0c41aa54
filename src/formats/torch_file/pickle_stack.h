#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "dircn/formats/pickle_value.h"
#include "formats/torch_file/pickle_arena.h"

namespace dircn {

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
