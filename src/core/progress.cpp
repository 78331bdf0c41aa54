#include "dircn/core/progress.h"

#include <unistd.h>

#include <cmath>
#include <cstdio>
#include <utility>

#include "dircn/core/log.h"
#include "dircn/core/text.h"

namespace dircn {
namespace {

constexpr std::chrono::seconds kLogInterval{10};
constexpr std::chrono::milliseconds kRedrawInterval{100};

}  // namespace

std::string duration_text(double seconds) {
  const auto whole = static_cast<int64_t>(std::ceil(seconds));
  const auto two_digits = [](int64_t number) {
    return (number < 10 ? "0" : "") + std::to_string(number);
  };
  if (whole < 60) {
    return std::to_string(whole) + " s";
  }
  if (whole < 3600) {
    return std::to_string(whole / 60) + " min " + two_digits(whole % 60) + " s";
  }
  return std::to_string(whole / 3600) + " h " + two_digits(whole % 3600 / 60) + " min";
}

std::string progress_text(int64_t done, int64_t total, double seconds, const std::string& unit) {
  std::string text = std::to_string(done) + "/" + std::to_string(total) + " " + unit;
  if (done > 0 && seconds > 0) {
    const double rate = static_cast<double>(done) / seconds;
    text += ", " + significant(rate, 3) + " " + unit + "/s";
    if (done < total) {
      text += ", " + duration_text(static_cast<double>(total - done) / rate) + " left";
    }
  }
  return text;
}

Progress::Progress(int64_t total, std::string unit, std::string title)
    : total_(total),
      unit_(std::move(unit)),
      title_(std::move(title)),
      terminal_(::isatty(STDERR_FILENO) == 1) {}

Progress::~Progress() {
  interrupt_line();
}

void Progress::interrupt_line() {
  if (line_open_) {
    std::fputc('\n', stderr);
    line_open_ = false;
  }
}

void Progress::skip(int64_t count) {
  total_ -= count;
}

std::string Progress::line(Clock::time_point now, const std::string& note) const {
  const double seconds = std::chrono::duration<double>(now - start_).count();
  return (title_.empty() ? "" : title_ + ": ") + progress_text(done_, total_, seconds, unit_) +
         (note.empty() ? "" : ", " + note);
}

void Progress::advance(int64_t count, const std::string& note) {
  done_ += count;
  const auto now = Clock::now();
  const bool last = done_ >= total_;
  if (terminal_ && (last || now - drawn_ >= kRedrawInterval)) {
    drawn_ = now;
    std::fprintf(stderr, "\r\033[K%s", line(now, note).c_str());
    std::fflush(stderr);
    line_open_ = true;
  }
  if (last || now - logged_ >= kLogInterval) {
    logged_ = now;
    terminal_ ? log_to_file_only(line(now, note)) : log_info(line(now, note));
  }
}

}  // namespace dircn
