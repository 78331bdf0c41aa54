#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <utility>

namespace dircn {

/// Hands values from threads that make them to threads that use them, in their order. Those that
/// make them wait while as many are there as it may hold. A future in it also carries what goes
/// wrong while its value is made.
///
///     BoundedQueue<Slice> slices(4);
///     while (slices.push(read())) { ... }             // one thread
///     while (auto slice = slices.pop()) { ... }       // another one
template <typename T>
class BoundedQueue {
 public:
  /// `capacity`: how many values may be in it; positive.
  explicit BoundedQueue(size_t capacity) : capacity_(capacity) {}
  ~BoundedQueue() = default;
  BoundedQueue(const BoundedQueue&) = delete;
  BoundedQueue& operator=(const BoundedQueue&) = delete;

  /// Waits for a place. False if the queue is closed: then the value is dropped.
  bool push(T value) {
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait(lock, [&] { return closed_ || values_.size() < capacity_; });
    if (closed_) {
      return false;
    }
    values_.push_back(std::move(value));
    changed_.notify_all();
    return true;
  }

  /// Waits for a value. None once the queue is closed and empty.
  std::optional<T> pop() {
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait(lock, [&] { return closed_ || !values_.empty(); });
    if (values_.empty()) {
      return std::nullopt;
    }
    std::optional<T> value = std::move(values_.front());
    values_.pop_front();
    changed_.notify_all();
    return value;
  }

  /// No more values come; those that are there can still be taken.
  void close() { end(false); }

  /// No more values come, and nobody gets those that are there.
  void stop() { end(true); }

 private:
  void end(bool drop) {
    std::deque<T> dropped;  // destroyed without the lock
    const std::lock_guard<std::mutex> lock(mutex_);
    closed_ = true;
    if (drop) {
      dropped.swap(values_);
    }
    changed_.notify_all();
  }

  const size_t capacity_;
  std::mutex mutex_;
  std::condition_variable changed_;  // anything below
  std::deque<T> values_;
  bool closed_ = false;
};

}  // namespace dircn
