#include "dircn/core/run_program.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "dircn/core/error.h"
#include "dircn/core/interrupt.h"
#include "support/paths.h"

namespace dircn::run_program_test {
namespace {

using Clock = std::chrono::steady_clock;

std::string run_shell(const std::string& script) {
  return run_program({"/bin/sh", "-c", script});
}

/// What was found wrong.
std::string failure_of(const std::vector<std::string>& command) {
  try {
    run_program(command);
  } catch (const Error& error) {
    EXPECT_EQ(error.parts().subject, command[0]);
    return error.parts().found;
  }
  return "nothing";
}

TEST(RunProgram, ReturnsWhatWasWrittenToBothOutputs) {
  EXPECT_EQ(run_shell("echo out; echo err >&2"), "out\nerr\n");
  EXPECT_EQ(run_shell("cat"), "");  // nothing to read
}

TEST(RunProgram, PassesErrorsOn) {
  ::testing::internal::CaptureStderr();
  const auto output =
      run_program({"/bin/sh", "-c", "echo out; echo err >&2"}, ErrorOutput::passed_on);
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "err\n");
  EXPECT_EQ(output, "out\n");
}

TEST(RunProgram, LeavesArgumentsAsTheyAre) {
  EXPECT_EQ(run_program({"/bin/echo", "a b", "$HOME", "'\"`;", ""}), "a b $HOME '\"`; \n");
}

TEST(RunProgram, KeepsTheEndOfMoreThanAPipeHolds) {
  const std::string text = run_shell("i=0; while [ $i -lt 40000 ]; do echo $i; i=$((i+1)); done");
  EXPECT_EQ(text.size(), 4096U);
  EXPECT_EQ(text.substr(text.size() - 12), "39998\n39999\n");
}

TEST(RunProgram, TellsHowItFailed) {
  const auto shell = [](const std::string& script) {
    return failure_of({"/bin/sh", "-c", script});
  };
  EXPECT_EQ(shell("for i in 1 2 3 4 5; do echo $i; done; exit 3"),
            "exit status 3; it wrote '2 / 3 / 4 / 5'");
  EXPECT_EQ(shell("printf '\\033[31mBad\\tthing\\033[0m\\n\\n'; exit 1"),
            "exit status 1; it wrote 'Badthing'");
  EXPECT_EQ(shell("exit 1"), "exit status 1; it wrote nothing");
  EXPECT_EQ(shell("echo half; kill -9 $$"), "signal 9 that ended it; it wrote 'half'");
  EXPECT_EQ(failure_of({"/no/such/program"}), "No such file or directory");
}

TEST(RunProgram, DoesNotWaitForWhatAProgramLeavesBehind) {
  const auto start = Clock::now();
  const std::string pid = run_shell("sleep 30 & echo $!");
  ::kill(std::stoi(pid), SIGKILL);
  EXPECT_LT(Clock::now() - start, std::chrono::seconds(10));
}

TEST(RunProgramDeathTest, IsKilledAfterASignal) {
  ::testing::GTEST_FLAG(death_test_style) = "threadsafe";
  const auto interrupted_run = [] {
    catch_interrupts();
    std::thread later([] {
      std::this_thread::sleep_for(std::chrono::milliseconds(200));
      ::kill(::getpid(), SIGTERM);
    });
    const std::string found = failure_of({"/bin/sleep", "30"});
    later.join();
    std::fputs(found.c_str(), stderr);
    std::_Exit(7);
  };
  const auto start = Clock::now();
  EXPECT_EXIT(interrupted_run(), ::testing::ExitedWithCode(7), "an interruption by a signal");
  EXPECT_LT(Clock::now() - start, std::chrono::seconds(20));
}

TEST(FindProgram, LooksIntoTheFoldersAndThenAtThePath) {
  const testing::TemporaryFolder folder;
  testing::write_file(folder / "a/sh", "");
  testing::write_file(folder / "b/sh", "");
  ::chmod((folder / "b/sh").c_str(), 0755);
  EXPECT_EQ(find_program("sh", {folder / "none", folder / "a", folder / "b"}), folder / "b/sh");
  const auto in_path = find_program("sh", {folder / "a"});
  ASSERT_TRUE(in_path.has_value());
  EXPECT_EQ(in_path->filename(), "sh");
  EXPECT_FALSE(find_program("no-such-program", {folder.path()}).has_value());
}

}  // namespace
}  // namespace dircn::run_program_test
