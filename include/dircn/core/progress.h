#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace dircn {

/// "42 s", "3 min 05 s", "2 h 07 min"; rounded up.
std::string duration_text(double seconds);

/// "12/32 slices, 3.4 slices/s, 6 s left": what a progress line says. `done` of `total` after
/// `seconds`.
std::string progress_text(int64_t done, int64_t total, double seconds, const std::string& unit);

/// Shows how far long work has come: one line that is written over on a terminal, and a log line
/// (on a terminal only in the log file) at most every ten seconds.
class Progress {
 public:
  /// `title`, if there is one, begins every line: "epoch 3/50: 12/32 slices, ...".
  Progress(int64_t total, std::string unit, std::string title = "");
  /// Ends the terminal's line.
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// `count` more units are done; `note`, if there is one, ends the line: "..., loss 0.12".
  void advance(int64_t count = 1, const std::string& note = "");

  /// Ends the terminal's line, so that a message can follow it; the next `advance` begins a new
  /// one.
  void interrupt_line();

  /// `count` units will not be worked on: they leave the total.
  void skip(int64_t count);

 private:
  using Clock = std::chrono::steady_clock;

  std::string line(Clock::time_point now, const std::string& note) const;

  int64_t total_;
  int64_t done_ = 0;
  std::string unit_;
  std::string title_;
  bool terminal_;
  bool line_open_ = false;
  Clock::time_point start_ = Clock::now();
  Clock::time_point drawn_ = start_;
  Clock::time_point logged_ = start_;
};

}  // namespace dircn
