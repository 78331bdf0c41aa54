// What all programs say of themselves and of their options.

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "dircn/runtime/simd.h"
#include "support/command.h"
#include "support/paths.h"

namespace dircn::command_line_test {
namespace {

using testing::program;
using testing::run_command;
using testing::test_data;

class EveryProgram : public ::testing::TestWithParam<const char*> {};

TEST_P(EveryProgram, SaysInOneLineWhatItIs) {
  const auto result = run_command(program(GetParam()) + " --version");
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_EQ(result.output.rfind("dircn ", 0), 0U) << result.output;
  for (const auto& part : {std::string(", LibTorch "), std::string(", CUDA "), simd_target()}) {
    EXPECT_NE(result.output.find(part), std::string::npos) << part << " in " << result.output;
  }
  EXPECT_EQ(std::count(result.output.begin(), result.output.end(), '\n'), 1);
}

TEST_P(EveryProgram, ListsChoicesAsTheyAreTyped) {
  const auto help = run_command(program(GetParam()) + " --help");
  EXPECT_EQ(help.exit_code, 0);
  for (const char* part : {"->", "ENUM", ":{"}) {
    EXPECT_EQ(help.output.find(part), std::string::npos) << part << " in " << help.output;
  }
}

INSTANTIATE_TEST_SUITE_P(Programs, EveryProgram,
                         ::testing::Values("bench", "eval", "inspect", "reconstruct", "simulate",
                                           "train"),
                         [](const auto& name) { return std::string(name.param); });

TEST(Choices, AreListedWithWhatIsTakenUnasked) {
  const auto bench = run_command(program("bench") + " --help").output;
  for (const char* part : {"--mode {infer,train,floor,loader}=infer",
                           "--precision {fp32,bf16}=fp32", "--form {fast,literal,both}=fast"}) {
    EXPECT_NE(bench.find(part), std::string::npos) << part << " in " << bench;
  }
  const auto reconstruct = run_command(program("reconstruct") + " --help").output;
  for (const char* part : {"--format {h5,nifti,png}=h5 ...", "--method {network,pics}=network",
                           "--also {zero_filled,sensitivity_maps,residual} ..."}) {
    EXPECT_NE(reconstruct.find(part), std::string::npos) << part << " in " << reconstruct;
  }
  const auto simulate = run_command(program("simulate") + " --help").output;
  EXPECT_NE(simulate.find("--layout {snu,fastmri}=snu"), std::string::npos) << simulate;
}

TEST(Choices, AreNamesAlone) {
  for (const char* wrong :
       {"bench --mode 0", "bench --precision half", "bench --form quick",
        "simulate --output x --layout auto", "eval --preset snu2000", "bench --simd mmx"}) {
    const std::string line = wrong;
    const size_t name = line.find(' ');
    const auto result = run_command(program(line.substr(0, name)) + line.substr(name));
    EXPECT_EQ(result.exit_code, 2) << wrong;
    EXPECT_NE(result.output.find(line.substr(line.rfind(' ') + 1) + " not in {"), std::string::npos)
        << result.output;
  }
}

TEST(Version, FollowsTheEnvironment) {
  const auto narrow = run_command("DIRCN_SIMD=avx2 " + program("inspect") + " --version");
  EXPECT_EQ(narrow.output.find("avx512"), std::string::npos) << narrow.output;
  const auto wrong = run_command("DIRCN_SIMD=sse " + program("inspect") + " --version");
  EXPECT_EQ(wrong.exit_code, 1);
  EXPECT_NE(wrong.output.find("DIRCN_SIMD"), std::string::npos) << wrong.output;
}

/// What GNU's OpenMP says of its waiting threads when a program that works is loaded.
std::string waiting(const std::string& environment) {
  const auto result =
      run_command("env -u OMP_NUM_THREADS OMP_DISPLAY_ENV=verbose " + environment +
                  program("inspect") + " " + test_data("reference_small.yaml").string());
  EXPECT_EQ(result.exit_code, 0) << result.output;
  const size_t last = result.output.rfind("GOMP_SPINCOUNT");
  return last == std::string::npos
             ? ""
             : result.output.substr(last, result.output.find('\n', last) - last);
}

TEST(WaitingThreads, SleepUnlessTheEnvironmentSaysHowTheyWait) {
  if (waiting("").empty()) {
    GTEST_SKIP() << "this LibTorch's OpenMP is another than GNU's";
  }
  EXPECT_EQ(waiting(""), "GOMP_SPINCOUNT = '100'");
  EXPECT_EQ(waiting("GOMP_SPINCOUNT=7 "), "GOMP_SPINCOUNT = '7'");
  EXPECT_NE(waiting("OMP_WAIT_POLICY=active "), "GOMP_SPINCOUNT = '100'");
  EXPECT_NE(waiting("OMP_NUM_THREADS=1 "), "GOMP_SPINCOUNT = '100'");
}

}  // namespace
}  // namespace dircn::command_line_test
