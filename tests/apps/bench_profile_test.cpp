// To which part of a run dircn_bench attributes time.

#include <ATen/record_function.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/types.h>

#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "bench/operation_profile.h"

namespace dircn::bench_profile_test {
namespace {

using bench::operation_seconds;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

constexpr double kNap = 0.03;  // seconds

void nap() {
  std::this_thread::sleep_for(std::chrono::duration<double>(kNap));
}

void nap_as(const char* operation) {
  RECORD_FUNCTION(operation, std::vector<c10::IValue>());
  nap();
}

/// Takes its time backward alone.
class NormActOfTest : public torch::autograd::Function<NormActOfTest> {
 public:
  static torch::Tensor forward(AutogradContext* /*context*/, const torch::Tensor& x) {
    return x * 2;
  }
  static variable_list backward(AutogradContext* /*context*/, const variable_list& gradients) {
    nap();
    return {gradients[0] * 2};
  }
};

TEST(BenchProfile, KnowsTheOperationsOfTheProduct) {
  const auto seconds = operation_seconds(
      [] {
        nap_as("dircn::norm_act");
        nap_as("dircn::data_consistency");
        nap_as("dircn::convolution");
        nap_as("dircn::transposed_convolution");
        nap_as("something else");
      },
      torch::kCPU);
  EXPECT_EQ(seconds.size(), 5U);
  for (const char* part :
       {"norm_activation", "data_consistency", "convolution", "transposed_convolution", "other"}) {
    ASSERT_EQ(seconds.count(part), 1U) << part;
    EXPECT_GE(seconds.at(part), kNap) << part;
  }
}

TEST(BenchProfile, CountsTheOutermostPart) {
  const auto seconds = operation_seconds(
      [] {
        RECORD_FUNCTION("dircn::data_consistency", std::vector<c10::IValue>());
        nap_as("aten::convolution");
      },
      torch::kCPU);
  EXPECT_EQ(seconds.count("convolution"), 0U);
  EXPECT_GE(seconds.at("data_consistency"), kNap);
}

TEST(BenchProfile, DividesTimeAmongThreads) {
  const auto seconds = operation_seconds(
      [] {
        std::thread other(nap_as, "aten::convolution");
        nap_as("aten::silu");
        other.join();
      },
      torch::kCPU);
  EXPECT_GT(seconds.at("convolution"), 0.2 * kNap);
  EXPECT_GT(seconds.at("norm_activation"), 0.2 * kNap);
  EXPECT_GE(seconds.at("other"), 0);  // all parts together take no longer than the run
}

TEST(BenchProfile, GradientsCountWhereTheirOperationDoes) {
  const auto x = torch::ones({2}, torch::requires_grad());
  const auto y = NormActOfTest::apply(x).sum();
  const auto seconds = operation_seconds([&] { y.backward(); }, torch::kCPU);
  EXPECT_GE(seconds.at("norm_activation"), kNap);
}

}  // namespace
}  // namespace dircn::bench_profile_test
