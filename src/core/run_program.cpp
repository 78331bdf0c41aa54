#include "dircn/core/run_program.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <sstream>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "dircn/core/error.h"
#include "dircn/core/interrupt.h"

namespace dircn {
namespace fs = std::filesystem;
namespace {

constexpr size_t kKept = 4096;    // bytes of the output's end
constexpr size_t kLastLines = 4;  // of which an error tells
constexpr int kLost = 0xff00;     // status 255: somebody else has waited for the program
constexpr size_t kPipe = 65536;   // bytes
constexpr int kPollTime = 50;     // ms

[[noreturn]] void fail(const std::string& program, const std::string& found,
                       const std::string& advice = "") {
  throw Error({program, found, "a program that runs to its end", advice});
}

/// What a program writes.
class Channel {
 public:
  Channel() { opened_ = ::pipe2(ends_.data(), O_CLOEXEC) == 0; }
  ~Channel() {
    close_writer();
    if (opened_) {
      ::close(ends_[0]);
    }
  }
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;

  bool is_open() const { return opened_; }
  int writer() const { return ends_[1]; }

  void close_writer() {
    if (opened_ && ends_[1] >= 0) {
      ::close(std::exchange(ends_[1], -1));
    }
  }

  /// Takes some of what is there, after a wait of `milliseconds` at most; false: nothing was.
  bool read(int milliseconds) {
    if (ended_) {
      std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds));
      return false;
    }
    pollfd ready{ends_[0], POLLIN, 0};
    if (::poll(&ready, 1, milliseconds) <= 0) {
      return false;
    }
    std::array<char, kKept> buffer{};
    const ssize_t count = ::read(ends_[0], buffer.data(), buffer.size());
    ended_ = count == 0;
    if (count > 0) {
      text_.append(buffer.data(), static_cast<size_t>(count));
      text_.erase(0, text_.size() > kKept ? text_.size() - kKept : 0);
    }
    return count > 0;
  }

  const std::string& text() const { return text_; }

 private:
  std::array<int, 2> ends_{-1, -1};
  bool opened_ = false;
  bool ended_ = false;
  std::string text_;
};

/// The last lines in one, without the codes that colour a terminal.
std::string last_lines(const std::string& text) {
  std::vector<std::string> lines;
  std::string line;
  for (std::istringstream stream(text); std::getline(stream, line);) {
    std::string plain;
    for (size_t i = 0; i < line.size(); ++i) {
      const auto character = static_cast<unsigned char>(line[i]);
      if (character == '\033') {
        i = std::min(line.find('m', i), line.size());
      } else if (std::isprint(character) != 0) {
        plain += line[i];
      }
    }
    if (plain.find_first_not_of(' ') != std::string::npos) {
      lines.push_back(plain);
    }
  }
  std::string joined;
  for (size_t i = lines.size() > kLastLines ? lines.size() - kLastLines : 0; i < lines.size();
       ++i) {
    joined += (joined.empty() ? "" : " / ") + lines[i];
  }
  return joined.empty() ? "it wrote nothing" : "it wrote '" + joined + "'";
}

pid_t start(const std::vector<std::string>& command, const Channel& channel, ErrorOutput errors) {
  std::vector<char*> arguments;
  arguments.reserve(command.size() + 1);
  for (const auto& argument : command) {
    arguments.push_back(const_cast<char*>(argument.c_str()));
  }
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_adddup2(&actions, channel.writer(), STDOUT_FILENO);
  if (errors == ErrorOutput::returned) {
    ::posix_spawn_file_actions_adddup2(&actions, channel.writer(), STDERR_FILENO);
  }
  pid_t child = -1;
  const int error =
      ::posix_spawn(&child, arguments[0], &actions, nullptr, arguments.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  if (error != 0) {
    fail(command[0], std::strerror(error));
  }
  return child;
}

/// Returns the status with which the program ended. Whoever inherited its output may live on, and
/// write on: so what is read after the end is what a pipe can hold.
int wait_for(pid_t child, Channel& channel, bool& stopped) {
  int status = 0;
  pid_t ended = 0;
  while ((ended = ::waitpid(child, &status, WNOHANG)) == 0 || (ended < 0 && errno == EINTR)) {
    if (interrupted() && !stopped) {
      stopped = true;
      ::kill(child, SIGKILL);
    }
    channel.read(kPollTime);
  }
  for (size_t bytes = 0; bytes < kPipe && channel.read(0); bytes += kKept) {
  }
  return ended < 0 ? kLost : status;
}

}  // namespace

std::optional<fs::path> find_program(const std::string& name,
                                     const std::vector<fs::path>& folders) {
  std::vector<fs::path> places = folders;
  const char* path = std::getenv("PATH");
  std::string folder;
  for (std::istringstream stream(path == nullptr ? "" : path); std::getline(stream, folder, ':');) {
    places.emplace_back(folder.empty() ? "." : folder);
  }
  for (const auto& place : places) {
    const fs::path program = place / name;
    std::error_code error;
    if (fs::is_regular_file(program, error) && ::access(program.c_str(), X_OK) == 0) {
      return program;
    }
  }
  return std::nullopt;
}

std::string run_program(const std::vector<std::string>& command, ErrorOutput errors) {
  Channel channel;
  if (!channel.is_open()) {
    fail(command.at(0), std::strerror(errno));
  }
  const pid_t child = start(command, channel, errors);
  channel.close_writer();
  bool stopped = false;
  const int status = wait_for(child, channel, stopped);
  if (stopped || (interrupted() && status != 0)) {
    fail(command[0], "an interruption by a signal");
  }
  if (WIFSIGNALED(status)) {
    fail(command[0],
         "signal " + std::to_string(WTERMSIG(status)) + " that ended it; " +
             last_lines(channel.text()),
         "Killed processes often ran out of memory.");
  }
  if (WEXITSTATUS(status) != 0) {
    fail(command[0],
         "exit status " + std::to_string(WEXITSTATUS(status)) + "; " + last_lines(channel.text()));
  }
  return channel.text();
}

}  // namespace dircn
