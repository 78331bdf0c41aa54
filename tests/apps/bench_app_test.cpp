// dircn_bench as its users start it.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "bench_command.h"
#include "support/command.h"
#include "support/paths.h"
#include "support/small_set.h"

namespace dircn::bench_app_test {
namespace {

using testing::Bench;
using testing::run_command;
using testing::TemporaryFolder;

void expect_timed(const nlohmann::json& one, const std::string& arguments) {
  EXPECT_GT(one["seconds_min"].get<double>(), 0);
  EXPECT_GE(one["seconds_median"].get<double>(), one["seconds_min"].get<double>());
  EXPECT_GT(one["peak_bytes"].get<int64_t>(), 10'000'000);
  EXPECT_NE(arguments.find(one["mode"].get<std::string>()), std::string::npos);
  EXPECT_NE(arguments.find(one["precision"].get<std::string>()), std::string::npos);
  EXPECT_EQ(one["coils"], 3);
  EXPECT_EQ(one["cascades"], 2);
  EXPECT_EQ(one["size"], 48);
}

void expect_parts(const nlohmann::json& parts, bool optimizes) {
  double shares = 0;
  double seconds = 0;
  for (const auto& [part, one] : parts.items()) {
    EXPECT_GT(one["seconds"].get<double>(), 0) << part;
    shares += one["share"].get<double>();
    seconds += one["seconds"].get<double>();
  }
  EXPECT_NEAR(shares, 1, 1e-9);
  EXPECT_GT(parts["convolution"]["share"].get<double>(), 0.05);
  EXPECT_NEAR(parts["convolution"]["seconds"].get<double>() / seconds,
              parts["convolution"]["share"].get<double>(), 1e-9);
  for (const char* part : {"norm_activation", "data_consistency", "other"}) {
    EXPECT_TRUE(parts.contains(part)) << part;
  }
  EXPECT_EQ(parts.contains("optimizer"), optimizes);
  for (const char* part : {"norm", "activation", "fft", "shift"}) {  // are parts of those above
    EXPECT_FALSE(parts.contains(part)) << part;
  }
}

class BenchApp : public ::testing::TestWithParam<const char*> {};

TEST_P(BenchApp, ReportsBothForms) {
  const std::string arguments = GetParam();
  const Bench bench("--coils 3 --size 48 --form both --repeat 3 " + arguments);
  ASSERT_EQ(bench.result.exit_code, 0) << bench.result.output;
  const bool infers = arguments.find("infer") != std::string::npos;
  const bool varnet = arguments.find("varnet") != std::string::npos;
  EXPECT_TRUE(bench.prints(varnet ? "\nvarnet, 2 cascades, 3 coils, 48x48\n"
                                  : "\ndircn, 2 cascades, 3 coils, 48x48\n"))
      << bench.result.output;
  EXPECT_TRUE(bench.prints("fast / literal:")) << bench.result.output;
  EXPECT_TRUE(bench.prints("norm_activation")) << bench.result.output;
  EXPECT_EQ(bench.prints("fast / floor:"), infers) << bench.result.output;
  const auto& results = bench.report["results"];
  ASSERT_EQ(results.size(), infers ? 3U : 2U);
  EXPECT_EQ(results[0]["form"], "literal");
  EXPECT_EQ(results[1]["form"], "fast");
  for (size_t i = 0; i < 2; ++i) {
    expect_timed(results[i], arguments);
    expect_parts(results[i]["parts"], !infers);
  }
}

INSTANTIATE_TEST_SUITE_P(Modes, BenchApp,
                         ::testing::Values("--mode infer --precision fp32",
                                           "--mode train --precision fp32",
                                           "--mode infer --precision bf16",
                                           "--mode train --precision bf16",
                                           "--mode train --precision fp32 --set model.name=varnet "
                                           "model.cascades=2 model.channels=4"));

/// The multiplications of a network's convolutions, from the layers' sizes as the paper says them.
struct Multiplications {
  double count = 0;

  void conv(double in, double out, double kernel, double pixels, double groups = 1) {
    count += in * out * kernel * kernel / groups * pixels;
  }
  void squeeze(double channels) { count += 2 * channels * std::max(1.0, std::floor(channels / 8)); }
  void basic(double channels, double groups, double pixels) {
    conv(channels, channels, 3, pixels);
    conv(channels, channels, 3, pixels, groups);
    squeeze(channels);
  }
  void bottleneck(double channels, double mid, double groups, double pixels) {
    conv(channels, mid, 1, pixels);
    conv(mid, mid, 3, pixels, groups);
    conv(mid, channels, 1, pixels);
    squeeze(channels);
  }
  /// Transposed 2x2 convolution, what is joined to it, and the block behind.
  void up(double in, double out, double groups, double pixels, double joined) {
    conv(in, out, 2, pixels / 4);
    conv(joined * out, out, 3, pixels);
    basic(out, groups, pixels);
  }
  /// The U-net with two channels in and out; `joined`: 2, or 3 with interconnections.
  void resx_unet(double n, double g, double pixels, double joined) {
    conv(2, n, 3, pixels);
    basic(n, g, pixels);
    conv(n, 2 * n, 2, pixels / 4);
    basic(2 * n, 2 * g, pixels / 4);
    conv(2 * n, 4 * n, 2, pixels / 16);
    basic(4 * n, 2 * g, pixels / 16);
    conv(4 * n, 8 * n, 2, pixels / 64);
    basic(8 * n, 4 * g, pixels / 64);
    conv(8 * n, 8 * n, 2, pixels / 256);
    bottleneck(8 * n, 4 * n, 4 * g, pixels / 256);
    bottleneck(8 * n, 4 * n, 4 * g, pixels / 256);
    up(8 * n, 8 * n, 4 * g, pixels / 64, joined);
    up(8 * n, 4 * n, 2 * g, pixels / 16, joined);
    up(4 * n, 2 * n, 2 * g, pixels / 4, joined);
    up(2 * n, n, g, pixels, joined);
    bottleneck(n, n, g, pixels);
    conv(n, 2, 1, pixels);
  }
};

// 137.7 GFLOP are what the seed's model takes for 15 coils of 384 x 384, 138 in its description.
TEST(BenchAppFloor, TheCountOfThisTestIsThatOfTheDescription) {
  Multiplications one_coil;
  one_coil.resx_unet(4, 2, 384 * 384, 2);
  Multiplications cascades;
  cascades.resx_unet(16, 4, 384 * 384, 2);
  for (int i = 1; i < 8; ++i) {
    cascades.resx_unet(16, 4, 384 * 384, 3);
  }
  EXPECT_NEAR(2e-9 * (15 * one_coil.count + cascades.count), 138, 0.5);
}

TEST(BenchAppFloor, CountsAndTimesTheConvolutions) {
  constexpr double kPixels = 32 * 32;
  Multiplications one_coil;
  one_coil.resx_unet(2, 1, kPixels, 2);
  Multiplications cascades;
  cascades.resx_unet(2, 2, kPixels, 2);
  cascades.resx_unet(2, 2, kPixels, 3);
  const double gflop = 2e-9 * (3 * one_coil.count + cascades.count);
  for (const std::string precision : {"fp32", "bf16"}) {
    const Bench bench("--mode floor --coils 3 --size 32 --repeat 2 --precision " + precision);
    ASSERT_EQ(bench.result.exit_code, 0) << bench.result.output;
    EXPECT_TRUE(bench.prints("GFLOP/s")) << bench.result.output;
    ASSERT_EQ(bench.report["results"].size(), 1U);
    const auto& floor = bench.report["results"][0];
    EXPECT_EQ(floor["mode"], "floor");
    EXPECT_EQ(floor["precision"], precision);
    EXPECT_NEAR(floor["gflop"].get<double>() / gflop, 1, 1e-9);
    // A U-net: 9 in the encoder's blocks and halvings' 4, 6 in the two bottlenecks, 4 x 4 in the
    // decoder, 4 at the end, and two for each of the 11 squeezes.
    EXPECT_EQ(floor["convolutions"], 3 * (9 + 4 + 6 + 16 + 4 + 22));
    for (const char* key :
         {"seconds", "gflop_per_second", "bytes", "copy_bytes_per_second", "copy_seconds"}) {
      EXPECT_GT(floor[key].get<double>(), 0) << key;
    }
    EXPECT_NEAR(floor["gflop_per_second"].get<double>() * floor["seconds"].get<double>() / gflop, 1,
                1e-6);
  }
}

// bfloat16 takes half the bytes, where LibTorch has its convolutions in it: not all of 1.13's.
TEST(BenchAppFloor, CountsTheBytesOfThePrecision) {
  const Bench single("--mode floor --coils 1 --size 32 --repeat 1");
  const Bench half("--mode floor --coils 1 --size 32 --repeat 1 --precision bf16");
  ASSERT_EQ(single.result.exit_code + half.result.exit_code, 0) << half.result.output;
  const auto bytes = [](const Bench& bench) {
    return bench.report["results"][0]["bytes"].get<double>();
  };
  EXPECT_GE(bytes(half), bytes(single) / 2);
  EXPECT_LT(bytes(half), 0.7 * bytes(single));
}

TEST(BenchAppSweep, HasALineForEachNumberOfCascadesAndCoils) {
  const Bench bench("--cascades 1 3 --coils 1 2 --size 32 --repeat 1 --mode train");
  ASSERT_EQ(bench.result.exit_code, 0) << bench.result.output;
  const auto& results = bench.report["results"];
  ASSERT_EQ(results.size(), 4U);
  std::vector<std::pair<int, int>> numbers;
  for (const auto& one : results) {
    numbers.emplace_back(one["cascades"], one["coils"]);
    EXPECT_EQ(one["form"], "fast");
  }
  EXPECT_EQ(numbers, (std::vector<std::pair<int, int>>{{1, 1}, {1, 2}, {3, 1}, {3, 2}}));
  EXPECT_TRUE(bench.prints("\ndircn, 32x32\n")) << bench.result.output;
  EXPECT_TRUE(bench.prints("cascades  coils       fast s      MB\n")) << bench.result.output;
  EXPECT_TRUE(bench.prints("\n       3      2 ")) << bench.result.output;
}

TEST(BenchAppSweep, CascadesReplaceThoseOfTheConfiguration) {
  const Bench one("--mode floor --cascades 1 --coils 1 --size 32 --repeat 1");
  const Bench set("--mode floor --set model.cascades=1 --coils 1 --size 32 --repeat 1");
  ASSERT_EQ(one.result.exit_code + set.result.exit_code, 0) << one.result.output;
  EXPECT_EQ(one.report["results"][0]["gflop"], set.report["results"][0]["gflop"]);
}

TEST(BenchApp, MeasuresTheLoader) {
  const TemporaryFolder folder;
  testing::SmallSet set;
  set.slices = 4;
  testing::write_small_set(folder / "train", set);
  const auto json_file = folder / "bench.json";
  const auto result = run_command(
      testing::program("bench") + " --mode loader --data " + (folder / "train").string() +
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
  const std::string bench = testing::program("bench");
  EXPECT_EQ(run_command(bench + " --help").exit_code, 0);
  for (const char* wrong :
       {"--form slow", "--device gpu", "--config x.yaml --mode fly", "--cascades 0",
        "--cascades 1 two", "--coils 1 0", "--mode infer --checkpointing",
        "--mode train --checkpointing --form literal",
        "--mode train --checkpointing --form both"}) {
    EXPECT_EQ(run_command(bench + " " + wrong).exit_code, 2) << wrong;
  }
  const auto no_data = run_command(bench + " --mode loader");
  EXPECT_EQ(no_data.exit_code, 2);
  EXPECT_NE(no_data.output.find("--data"), std::string::npos) << no_data.output;
  EXPECT_EQ(run_command(bench + " --mode loader --data /no/such").exit_code, 1);
  const auto missing = run_command(bench + " --config /no/such.yaml");
  EXPECT_EQ(missing.exit_code, 1);
  EXPECT_NE(missing.output.find("/no/such.yaml"), std::string::npos) << missing.output;
}

TEST(BenchApp, SaysOnWhatItMeasured) {
  const Bench bench("--coils 1 --size 32 --repeat 1 --simd scalar");
  ASSERT_EQ(bench.result.exit_code, 0) << bench.result.output;
  EXPECT_EQ(bench.report["simd"], "scalar");
  EXPECT_FALSE(bench.report["processor"].get<std::string>().empty());
  EXPECT_GE(bench.report["cores_used_by_others"].get<double>(), 0);
  EXPECT_TRUE(bench.prints(bench.report["processor"].get<std::string>() + ", scalar\n"))
      << bench.result.output;
}

}  // namespace
}  // namespace dircn::bench_app_test
