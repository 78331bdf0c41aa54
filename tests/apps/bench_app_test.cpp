// dircn_bench as its users start it.

#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "support/command.h"
#include "support/paths.h"
#include "support/small_set.h"

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

TEST(BenchApp, MeasuresTheLoader) {
  const TemporaryFolder folder;
  testing::SmallSet set;
  set.slices = 4;
  testing::write_small_set(folder / "train", set);
  const auto json_file = folder / "bench.json";
  const auto result = run_command(
      std::string(DIRCN_BENCH) + " --mode loader --data " + (folder / "train").string() +
      " --workers 2 --prefetch 3 --slices 7 --json " + json_file.string());
  ASSERT_EQ(result.exit_code, 0) << result.output;
  EXPECT_NE(result.output.find("k-space MB/s"), std::string::npos) << result.output;
  const auto report = nlohmann::json::parse(testing::read_file(json_file));
  ASSERT_EQ(report["results"].size(), 1U);
  const auto& one = report["results"][0];
  EXPECT_EQ(one["mode"], "loader");
  EXPECT_EQ(one["workers"], 2);
  EXPECT_EQ(one["prefetch"], 3);
  EXPECT_EQ(one["slices"], 7);
  EXPECT_EQ(one["volumes"], 2);
  const double seconds = one["seconds"].get<double>();
  EXPECT_GT(seconds, 0);
  EXPECT_GT(one["seconds_median"].get<double>(), 0);
  EXPECT_NEAR(one["slices_per_second"].get<double>() * seconds, 7, 1e-6);
  const double kspace_bytes = 8.0 * 7 * 2 * 48 * 40;
  EXPECT_NEAR(one["kspace_bytes_per_second"].get<double>() * seconds, kspace_bytes, 1e-3);
  EXPECT_GT(one["peak_bytes"].get<int64_t>(), 10'000'000);
}

TEST(BenchAppUse, NamesWhatIsWrong) {
  EXPECT_EQ(run_command(std::string(DIRCN_BENCH) + " --help").exit_code, 0);
  EXPECT_EQ(run_command(std::string(DIRCN_BENCH) + " --form slow").exit_code, 2);
  EXPECT_EQ(run_command(std::string(DIRCN_BENCH) + " --device gpu").exit_code, 2);
  EXPECT_EQ(run_command(std::string(DIRCN_BENCH) + " --config x.yaml --mode fly").exit_code, 2);
  const auto no_data = run_command(std::string(DIRCN_BENCH) + " --mode loader");
  EXPECT_EQ(no_data.exit_code, 2);
  EXPECT_NE(no_data.output.find("--data"), std::string::npos) << no_data.output;
  EXPECT_EQ(run_command(std::string(DIRCN_BENCH) + " --mode loader --data /no/such").exit_code, 1);
  const auto missing = run_command(std::string(DIRCN_BENCH) + " --config /no/such.yaml");
  EXPECT_EQ(missing.exit_code, 1);
  EXPECT_NE(missing.output.find("/no/such.yaml"), std::string::npos) << missing.output;
}

}  // namespace
}  // namespace dircn
