// dircn_bench as its users start it.

#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "support/command.h"
#include "support/paths.h"

namespace dircn {
namespace {

using testing::run_command;
using testing::TemporaryFolder;

class BenchApp : public ::testing::TestWithParam<const char*> {};

TEST_P(BenchApp, ReportsBothForms) {
  const TemporaryFolder folder;
  const auto json_file = folder / "bench.json";
  const auto result = run_command(std::string(DIRCN_BENCH) + " --config " +
                                  testing::test_data("reference_small.yaml").string() +
                                  " --coils 3 --size 48 --form both --repeat 3 --device cpu " +
                                  GetParam() + " --json " + json_file.string());
  ASSERT_EQ(result.exit_code, 0) << result.output;
  EXPECT_NE(result.output.find("fast / literal:"), std::string::npos) << result.output;
  const auto report = nlohmann::json::parse(testing::read_file(json_file));
  ASSERT_EQ(report["results"].size(), 2U);
  EXPECT_EQ(report["results"][0]["form"], "literal");
  EXPECT_EQ(report["results"][1]["form"], "fast");
  for (const auto& one : report["results"]) {
    EXPECT_GT(one["seconds_min"].get<double>(), 0);
    EXPECT_GE(one["seconds_median"].get<double>(), one["seconds_min"].get<double>());
    EXPECT_GT(one["peak_bytes"].get<int64_t>(), 10'000'000);
    EXPECT_NE(std::string(GetParam()).find(one["mode"].get<std::string>()), std::string::npos);
    EXPECT_NE(std::string(GetParam()).find(one["precision"].get<std::string>()), std::string::npos);
    double sum = 0;
    for (const auto& [part, share] : one["parts"].items()) {
      EXPECT_GT(share.get<double>(), 0) << part;
      sum += share.get<double>();
    }
    EXPECT_NEAR(sum, 1, 1e-9);
    EXPECT_GT(one["parts"]["convolution"].get<double>(), 0.05);
    EXPECT_TRUE(one["parts"].contains("fft") && one["parts"].contains("norm"));
  }
}

INSTANTIATE_TEST_SUITE_P(Modes, BenchApp,
                         ::testing::Values("--mode infer --precision fp32",
                                           "--mode train --precision fp32",
                                           "--mode infer --precision bf16",
                                           "--mode train --precision bf16"));

TEST(BenchAppUse, NamesWhatIsWrong) {
  EXPECT_EQ(run_command(std::string(DIRCN_BENCH) + " --help").exit_code, 0);
  EXPECT_EQ(run_command(std::string(DIRCN_BENCH) + " --form slow").exit_code, 2);
  EXPECT_EQ(run_command(std::string(DIRCN_BENCH) + " --device gpu").exit_code, 2);
  EXPECT_EQ(run_command(std::string(DIRCN_BENCH) + " --config x.yaml --mode fly").exit_code, 2);
  const auto missing = run_command(std::string(DIRCN_BENCH) + " --config /no/such.yaml");
  EXPECT_EQ(missing.exit_code, 1);
  EXPECT_NE(missing.output.find("/no/such.yaml"), std::string::npos) << missing.output;
}

}  // namespace
}  // namespace dircn
