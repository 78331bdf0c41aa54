#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace dircn {

/// "12/32 slices, 3.4 slices/s, 6 s left": what a progress line says. `done` of `total` after
/// `seconds`.
std::string progress_text(int64_t done, int64_t total, double seconds, const std::string& unit);

/// Shows how far long work has come: one line that is written over on a terminal, else a log line
/// at most every ten seconds.
class Progress {
 public:
  Progress(int64_t total, std::string unit);
  /// Ends the terminal's line.
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// `count` more units are done.
  void advance(int64_t count = 1);

  /// Ends the terminal's line, so that a message can follow it; the next `advance` begins a new
  /// one.
  void interrupt_line();

  /// `count` units will not be worked on: they leave the total.
  void skip(int64_t count);

 private:
  using Clock = std::chrono::steady_clock;

  int64_t total_;
  int64_t done_ = 0;
  std::string unit_;
  bool terminal_;
  bool line_open_ = false;
  Clock::time_point start_ = Clock::now();
  Clock::time_point shown_ = start_;
};

}  // namespace dircn
