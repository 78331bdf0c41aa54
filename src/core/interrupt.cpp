#include "dircn/core/interrupt.h"

#include <csignal>
#include <initializer_list>

namespace dircn {
namespace {

volatile std::sig_atomic_t signal_seen = 0;

extern "C" void note_signal(int number) {
  signal_seen = 1;
  std::signal(number, SIG_DFL);
}

}  // namespace

void catch_interrupts() {
  for (const int number : {SIGINT, SIGTERM}) {
    if (std::signal(number, note_signal) == SIG_IGN) {
      std::signal(number, SIG_IGN);  // a job in the background, started to survive such signals
    }
  }
}

bool interrupted() {
  return signal_seen != 0;
}

}  // namespace dircn
