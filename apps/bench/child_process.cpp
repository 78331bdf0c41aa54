#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "bench/measure.h"
#include "dircn/core/error.h"

namespace dircn::bench {
namespace {

constexpr const char* kSelf = "/proc/self/exe";

[[noreturn]] void become(const std::vector<std::string>& arguments, int output) {
  std::vector<char*> argv{const_cast<char*>("dircn_bench")};
  for (const auto& argument : arguments) {
    argv.push_back(const_cast<char*>(argument.c_str()));
  }
  argv.push_back(nullptr);
  ::dup2(output, STDOUT_FILENO);
  ::execv(kSelf, argv.data());
  ::_exit(127);
}

std::string read_all(int descriptor) {
  std::string text;
  std::array<char, 4096> buffer{};
  ssize_t count = 0;
  while ((count = ::read(descriptor, buffer.data(), buffer.size())) > 0 ||
         (count < 0 && errno == EINTR)) {
    text.append(buffer.data(), static_cast<size_t>(std::max<ssize_t>(count, 0)));
  }
  return text;
}

}  // namespace

nlohmann::json in_child_process(const std::vector<std::string>& arguments) {
  std::array<int, 2> channel{};
  const bool opened = ::pipe(channel.data()) == 0;
  const pid_t child = opened ? ::fork() : -1;
  require(child >= 0, [] {
    return Error::Parts{"dircn_bench", std::strerror(errno), "a child process", ""};
  });
  if (child == 0) {
    ::close(channel[0]);
    become(arguments, channel[1]);
  }
  ::close(channel[1]);
  const auto output = read_all(channel[0]);
  ::close(channel[0]);
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  require(WIFEXITED(status) && WEXITSTATUS(status) == 0, [&] {
    const auto how = WIFSIGNALED(status) ? "signal " + std::to_string(WTERMSIG(status))
                                         : "exit code " + std::to_string(WEXITSTATUS(status));
    return Error::Parts{
        "measurement", "its process ended with " + how, "a result",
        "Killed processes often ran out of memory: lower --size, --coils or the model."};
  });
  return nlohmann::json::parse(output);
}

}  // namespace dircn::bench
