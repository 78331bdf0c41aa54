#include "dircn/core/write_fully.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <string>
#include <thread>

namespace dircn::write_fully_test {
namespace {

/// A signal every millisecond that system calls are not taken up again after.
class Interruptions {
 public:
  Interruptions() {
    struct sigaction action {};
    action.sa_handler = [](int) {};
    ::sigaction(SIGALRM, &action, &before_);
    const itimerval often{{0, 1000}, {0, 1000}};
    ::setitimer(ITIMER_REAL, &often, nullptr);
  }
  ~Interruptions() {
    const itimerval never{};
    ::setitimer(ITIMER_REAL, &never, nullptr);
    ::sigaction(SIGALRM, &before_, nullptr);
  }
  Interruptions(const Interruptions&) = delete;
  Interruptions& operator=(const Interruptions&) = delete;

 private:
  struct sigaction before_ {};
};

/// What comes out of a pipe until its other end is closed, slowly.
std::string read_slowly(int descriptor) {
  std::string found;
  std::array<char, 8192> buffer{};
  ssize_t count = 0;
  while ((count = ::read(descriptor, buffer.data(), buffer.size())) > 0) {
    found.append(buffer.data(), static_cast<size_t>(count));
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return found;
}

TEST(WriteFully, GoesOnAfterSignals) {
  std::string bytes;
  for (int i = 0; i < 100'000; ++i) {
    bytes += std::to_string(i);  // more than a pipe holds
  }
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe(ends.data()), 0);
  sigset_t alarm;
  sigset_t before;
  sigemptyset(&alarm);
  sigaddset(&alarm, SIGALRM);
  // The reader inherits the mask: signals are for the writer.
  ASSERT_EQ(::pthread_sigmask(SIG_BLOCK, &alarm, &before), 0);
  std::string found;
  std::thread reader([&] { found = read_slowly(ends[0]); });
  ASSERT_EQ(::pthread_sigmask(SIG_SETMASK, &before, nullptr), 0);
  {
    const Interruptions interruptions;
    EXPECT_EQ(write_fully(ends[1], bytes), 0);
  }
  ::close(ends[1]);
  reader.join();
  ::close(ends[0]);
  EXPECT_TRUE(found == bytes) << found.size() << " of " << bytes.size() << " bytes";
}

TEST(WriteFully, SaysWhatWentWrong) {
  EXPECT_EQ(write_fully(-1, "text"), EBADF);
  const int full = ::open("/dev/full", O_WRONLY | O_CLOEXEC);
  ASSERT_GE(full, 0);
  EXPECT_EQ(write_fully(full, "text"), ENOSPC);
  ::close(full);
}

}  // namespace
}  // namespace dircn::write_fully_test
