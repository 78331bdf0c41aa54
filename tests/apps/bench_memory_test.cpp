// What a training step takes in memory, by dircn_bench.

#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "bench_command.h"
#include "support/paths.h"

namespace dircn::bench_memory_test {
namespace {

using testing::Bench;

TEST(BenchAppCheckpointing, TakesLessMemory) {
  const std::string arguments =
      "--mode train --set model.channels=8 --cascades 8 --coils 2 --size 160 --repeat 1";
  const Bench plain(arguments);
  const Bench saving(arguments + " --checkpointing");
  ASSERT_EQ(plain.result.exit_code, 0) << plain.result.output;
  ASSERT_EQ(saving.result.exit_code, 0) << saving.result.output;
  const auto& before = plain.report["results"][0];
  const auto& after = saving.report["results"][0];
  EXPECT_EQ(before["checkpointing"], false);
  EXPECT_EQ(after["checkpointing"], true);
  EXPECT_FALSE(plain.prints("checkpointing")) << plain.result.output;
  EXPECT_TRUE(saving.prints("train, fp32, checkpointing, cpu")) << saving.result.output;
#if !defined(__SANITIZE_ADDRESS__)  // which keeps what was freed
  // Of eight cascades' tensors, 25 MB each, there are those of one at a time.
  EXPECT_LT(after["peak_bytes"].get<double>(), before["peak_bytes"].get<double>() - 80e6);
#endif
}

TEST(BenchAppCheckpointing, IsOfTheFastFormAsTheConfigurationSays) {
  const Bench bench(
      "--mode train --form both --set train.checkpointing=true --coils 1 --size 32 --repeat 1");
  ASSERT_EQ(bench.result.exit_code, 0) << bench.result.output;
  const auto& results = bench.report["results"];
  ASSERT_EQ(results.size(), 2U);
  EXPECT_EQ(results[0]["checkpointing"], false);  // literal
  EXPECT_EQ(results[1]["checkpointing"], true);
}

// Thirty cascades were measured to take 3.9 GB, 87 MB for each more. Each that kept all its tensors
// would take 430 MB, and all of them 14 GB. Here two steps say how it goes on: of few cascades, but
// not of a single one, which the sensitivity network's own memory might hide.
TEST(BenchAppCheckpointing, PaperTrainsInLessThan8GB) {
#if defined(__SANITIZE_ADDRESS__)
  GTEST_SKIP() << "AddressSanitizer keeps what was freed";
#endif
  const Bench bench("--mode train --coils 16 --repeat 1 --cascades 2 4",
                    testing::source("configs/paper.yaml"));
  ASSERT_EQ(bench.result.exit_code, 0) << bench.result.output;
  const auto& results = bench.report["results"];
  ASSERT_EQ(results.size(), 2U);
  EXPECT_EQ(results[0]["size"], 384);
  const double of_two = results[0]["peak_bytes"].get<double>();
  const double of_four = results[1]["peak_bytes"].get<double>();
  EXPECT_GT(of_four, of_two);
  const double of_thirty = of_two + 28 * (of_four - of_two) / 2;
  EXPECT_LT(of_thirty, 8e9) << bench.result.output;
}

}  // namespace
}  // namespace dircn::bench_memory_test
