#include "dircn/model/graph_runner.h"

#include <gtest/gtest.h>
#include <torch/types.h>
#include <torch/utils.h>

#include <vector>

#include "dircn/runtime/precision_guard.h"
#include "support/devices.h"
#include "support/golden.h"
#include "support/random_input.h"

namespace dircn::graph_runner_test {
namespace {

using testing::column_mask;
using testing::random_input;
using testing::relative_max_error;
using testing::small_model;

// A graph of a size is recorded with the first slice, tried with the second, and used from the
// third on. So sizes, masks and slices alternate here.
void expect_what_the_network_gives(const ModelConfig& model, torch::Device device,
                                   Precision precision, double tolerance) {
  const torch::NoGradGuard no_grad;
  torch::manual_seed(1);
  const Network network = make_network(model);
  network->to(device);
  network->eval();
  GraphRunner run(network);
  for (uint64_t seed = 0; seed < 5; ++seed) {
    for (const int64_t width : {36, 48}) {
      const PrecisionGuard guard(device, precision);
      const auto mask = column_mask(width, 4, 6, static_cast<int64_t>(seed % 3));
      const auto input = random_input(1, 2, 40, width, mask, seed);
      const auto kspace = input.kspace.to(device, torch::kComplexFloat);
      const auto image = run(kspace, mask.to(device));
      EXPECT_LE(relative_max_error(image, network->forward(kspace, mask.to(device))), tolerance)
          << "slice " << seed << ", width " << width;
    }
  }
}

DIRCN_DEVICE_TEST(GraphRunner, GivesWhatTheNetworkGives) {
  expect_what_the_network_gives(small_model(), device, Precision::fp32, 1e-5);
  expect_what_the_network_gives(testing::small_varnet(), device, Precision::fp32, 1e-5);
}

DIRCN_DEVICE_TEST(GraphRunner, GivesWhatTheNetworkGivesInBfloat16) {
  expect_what_the_network_gives(small_model(), device, Precision::bf16, 1e-3);
  expect_what_the_network_gives(testing::small_varnet(), device, Precision::bf16, 1e-3);
}

DIRCN_DEVICE_TEST(GraphRunner, ResultsStayWhatTheyAre) {
  const torch::NoGradGuard no_grad;
  const Network network = make_network(small_model());
  network->to(device);
  GraphRunner run(network);
  const auto mask = column_mask(36, 4, 6);
  std::vector<torch::Tensor> images;
  std::vector<torch::Tensor> copies;
  for (uint64_t seed = 0; seed < 4; ++seed) {
    const auto kspace = random_input(1, 2, 40, 36, mask, seed).kspace;
    images.push_back(run(kspace.to(device, torch::kComplexFloat), mask.to(device)));
    copies.push_back(images.back().clone());
  }
  for (size_t i = 0; i < images.size(); ++i) {
    EXPECT_TRUE(torch::equal(images[i], copies[i])) << i;
  }
}

}  // namespace
}  // namespace dircn::graph_runner_test
