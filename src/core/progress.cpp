#include "dircn/core/progress.h"

#include <unistd.h>

#include <cmath>
#include <cstdio>
#include <iomanip>
#include <sstream>

#include "dircn/core/log.h"

namespace dircn {
namespace {

constexpr std::chrono::seconds kLogInterval{10};
constexpr std::chrono::milliseconds kRedrawInterval{100};

/// "42 s", "3 min 05 s", "2 h 07 min".
std::string duration_text(double seconds) {
  const auto whole = static_cast<int64_t>(std::ceil(seconds));
  std::ostringstream text;
  text << std::setfill('0');
  if (whole < 60) {
    text << whole << " s";
  } else if (whole < 3600) {
    text << whole / 60 << " min " << std::setw(2) << whole % 60 << " s";
  } else {
    text << whole / 3600 << " h " << std::setw(2) << whole % 3600 / 60 << " min";
  }
  return text.str();
}

}  // namespace

std::string progress_text(int64_t done, int64_t total, double seconds, const std::string& unit) {
  std::ostringstream text;
  text << std::setprecision(3) << done << '/' << total << ' ' << unit;
  if (done > 0 && seconds > 0) {
    const double rate = static_cast<double>(done) / seconds;
    text << ", " << rate << ' ' << unit << "/s";
    if (done < total) {
      text << ", " << duration_text(static_cast<double>(total - done) / rate) << " left";
    }
  }
  return text.str();
}

Progress::Progress(int64_t total, std::string unit)
    : total_(total), unit_(std::move(unit)), terminal_(::isatty(STDERR_FILENO) == 1) {}

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

void Progress::advance(int64_t count) {
  done_ += count;
  const auto now = Clock::now();
  const bool last = done_ >= total_;
  if (!last && now - shown_ <
                   (terminal_ ? Clock::duration(kRedrawInterval) : Clock::duration(kLogInterval))) {
    return;
  }
  shown_ = now;
  const auto text =
      progress_text(done_, total_, std::chrono::duration<double>(now - start_).count(), unit_);
  if (terminal_) {
    std::fprintf(stderr, "\r\033[K%s", text.c_str());
    std::fflush(stderr);
    line_open_ = true;
  } else {
    log_info(text);
  }
}

}  // namespace dircn
