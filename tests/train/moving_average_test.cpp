#include "train/loop/moving_average.h"

#include <gtest/gtest.h>
#include <torch/nn/utils/convert_parameters.h>
#include <torch/types.h>
#include <torch/utils.h>

#include <cmath>
#include <vector>

#include "dircn/core/error.h"
#include "support/devices.h"
#include "support/golden.h"
#include "support/random_input.h"

namespace dircn::moving_average_test {
namespace {

using testing::perturb;
using testing::small_model;

torch::Tensor weights_of(const Network& network) {
  return torch::nn::utils::parameters_to_vector(network->parameters()).detach();
}

DIRCN_DEVICE_TEST(MovingAverage, EqualsTheClosedForm) {
  constexpr double kDecay = 0.9;
  constexpr int kUpdates = 5;
  const Network network = make_network(small_model());
  network->to(device, torch::kDouble);
  MovingAverage average(network, kDecay);
  // decay^n · w_0 + (1 - decay) · Σ decay^(n - i) · w_i
  auto expected = std::pow(kDecay, kUpdates) * weights_of(network);
  for (int i = 1; i <= kUpdates; ++i) {
    perturb(network->parameters(), static_cast<uint64_t>(i));
    average.update(network);
    expected += (1 - kDecay) * std::pow(kDecay, kUpdates - i) * weights_of(network);
  }
  EXPECT_LE(testing::relative_max_error(weights_of(average.network()).cpu(), expected.cpu()),
            1e-12);
}

DIRCN_DEVICE_TEST(MovingAverage, KeepsWeightsThatDoNotChangeToTheBit) {
  for (const auto dtype : {torch::kFloat, torch::kDouble}) {
    const Network network = make_network(small_model());
    network->to(device, dtype);
    perturb(network->parameters(), 4);
    const auto frozen = network->parameters().front();
    MovingAverage average(network, 0.999);
    for (int i = 0; i < 20; ++i) {
      const auto before = frozen.detach().clone();
      perturb(network->parameters(), static_cast<uint64_t>(i));
      const torch::NoGradGuard no_grad;
      network->parameters().front().copy_(before);
      average.update(network);
    }
    EXPECT_TRUE(torch::equal(average.network()->parameters().front(), frozen));
    EXPECT_FALSE(torch::equal(weights_of(average.network()), weights_of(network)));
  }
}

DIRCN_DEVICE_TEST(MovingAverage, IsANetworkOfItsOwn) {
  const torch::NoGradGuard no_grad;
  const Network network = make_network(small_model());
  network->to(device, torch::kDouble);
  perturb(network->parameters(), 5);
  MovingAverage average(network, 0.5);
  const auto input = testing::random_input(1, 2, 40, 36, testing::column_mask(36, 4, 6), 1);
  const auto image_of = [&](const Network& of) {
    return of->forward(input.kspace.to(device), input.mask.to(device)).cpu();
  };
  const auto image = image_of(network);
  EXPECT_LE(testing::relative_max_error(image_of(average.network()), image), 1e-12);
  perturb(network->parameters(), 6);
  EXPECT_LE(testing::relative_max_error(image_of(average.network()), image), 1e-12);
  average.update(network);
  EXPECT_GT(testing::relative_max_error(image_of(average.network()), image), 1e-6);
  for (const auto& parameter : average.network()->parameters()) {
    EXPECT_FALSE(parameter.requires_grad());
  }
  for (const auto& parameter : network->parameters()) {
    EXPECT_TRUE(parameter.requires_grad());
  }
}

TEST(MovingAverage, RefusesAnotherNetwork) {
  MovingAverage average(make_network(small_model()), 0.9);
  auto larger = small_model();
  larger.cascades += 1;
  EXPECT_THROW(average.update(make_network(larger)), Error);
}

}  // namespace
}  // namespace dircn::moving_average_test
