// Gradients of the training loss against tests/golden S6 (single precision) and S6b (double
// precision), and E2E-VarNet's of another loss against S9a.

#include <gtest/gtest.h>
#include <torch/types.h>

#include <algorithm>
#include <map>
#include <string>

#include "dircn/model/losses.h"
#include "dircn/model/network.h"
#include "support/devices.h"
#include "support/golden.h"

namespace dircn::golden_gradients_test {
namespace {

using testing::GoldenFile;
using testing::relative_max_error;

struct Run {
  Network network;
  torch::Tensor image;
  double loss;
};

/// One forward and backward pass of `inputs`' network in the given precision.
Run backward_pass(const GoldenFile& inputs, torch::Device device, torch::ScalarType dtype) {
  Run run{make_network(inputs.model_config()), {}, 0};
  testing::load_parameters(*run.network, inputs.tensors("state_dict"));
  run.network->to(device, dtype);
  const auto target = inputs.tensor("target").to(device, dtype);
  run.image = run.network->forward(inputs.kspace(dtype).to(device), inputs.mask().to(device));
  const auto loss =
      training_loss(LossConfig{}, run.image, target, torch::ones({1}), {}).total.mean();
  loss.backward();
  run.loss = loss.item<double>();
  return run;
}

/// Calls `compare(key, gradient, expected)` for every parameter, and checks that the same ones have
/// no gradient.
template <typename Compare>
void for_each_gradient(const Network& network, const std::map<std::string, torch::Tensor>& expected,
                       Compare compare) {
  for (const auto& parameter : network->named_parameters()) {
    const auto& gradient = parameter.value().grad();
    ASSERT_EQ(gradient.defined(), expected.count(parameter.key()) > 0) << parameter.key();
    if (gradient.defined()) {
      compare(parameter.key(), gradient.cpu(), expected.at(parameter.key()));
    }
  }
}

void expect_equal_gradients(const Network& network,
                            const std::map<std::string, torch::Tensor>& all) {
  double largest = 0;
  for (const auto& [key, gradient] : all) {
    largest = std::max(largest, gradient.abs().max().item<double>());
  }
  for_each_gradient(
      network, all, [&](const std::string& key, const auto& gradient, const auto& expected) {
        const double scale = std::max(expected.abs().max().template item<double>(), 1e-4 * largest);
        EXPECT_LE((gradient - expected).abs().max().template item<double>(), 1e-7 * scale) << key;
      });
}

DIRCN_DEVICE_TEST(GoldenGradients, EqualTheReferenceInDoublePrecision) {
  const GoldenFile golden("S6b_train_step_f64.pth");
  const auto run = backward_pass(golden, device, torch::kDouble);
  EXPECT_LE(relative_max_error(run.image.detach().cpu(), golden.tensor("output_step0")), 1e-9);
  EXPECT_NEAR(run.loss, golden.tensor("losses")[0].item<double>(), 1e-9);
  expect_equal_gradients(run.network, golden.tensors("grads"));
}

DIRCN_DEVICE_TEST(GoldenGradients, OfVarnetEqualTheReferenceInDoublePrecision) {
  const GoldenFile golden("S9a_varnet.pth");
  const auto network = make_network(golden.model_config());
  testing::load_parameters(*network, golden.tensors("state_dict"));
  network->to(device, torch::kDouble);
  const auto image =
      network->forward(golden.kspace(torch::kDouble).to(device), golden.mask().to(device));
  const auto target = golden.tensor("target").to(device, torch::kDouble).view_as(image);
  const auto loss = 1000 * (image - target).abs().mean();
  loss.backward();
  EXPECT_NEAR(loss.item<double>(), golden.number("l1_loss_times_1e3_f64"), 1e-9);
  expect_equal_gradients(network, golden.tensors("grads_f64"));
}

DIRCN_DEVICE_TEST(GoldenGradients, EqualTheReferenceInSinglePrecision) {
  const GoldenFile inputs("S1_weighted.pth");
  const GoldenFile golden("S6_train_step.pth");
  const auto run = backward_pass(inputs, device, torch::kFloat);
  EXPECT_LE(relative_max_error(run.image.detach().cpu(), golden.tensor("output_step0")), 1.1e-4);
  EXPECT_NEAR(run.loss, golden.tensor("losses")[0].item<double>(), 1e-5);
  for_each_gradient(run.network, golden.tensors("grads"),
                    [](const std::string& key, const auto& gradient, const auto& expected) {
                      EXPECT_LE((gradient - expected).norm().template item<double>(),
                                2e-3 * expected.norm().template item<double>())
                          << key;
                    });
}

}  // namespace
}  // namespace dircn::golden_gradients_test
