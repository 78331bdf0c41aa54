// Gradients of the training loss against tests/golden S6 (single precision) and S6b (double
// precision).

#include <gtest/gtest.h>
#include <torch/types.h>

#include "dircn/model/dircn.h"
#include "dircn/model/losses.h"
#include "support/devices.h"
#include "support/golden.h"

namespace dircn::golden_gradients_test {
namespace {

using testing::GoldenFile;
using testing::relative_max_error;

struct Run {
  Dircn network;
  torch::Tensor image;
  double loss;
};

/// One forward and backward pass of `inputs`' network in the given precision.
Run backward_pass(const GoldenFile& inputs, torch::Device device, torch::ScalarType dtype) {
  Run run{Dircn(inputs.model_config()), {}, 0};
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
void for_each_gradient(const Run& run, const GoldenFile& golden, Compare compare) {
  const auto expected = golden.tensors("grads");
  for (const auto& parameter : run.network->named_parameters()) {
    const auto& gradient = parameter.value().grad();
    ASSERT_EQ(gradient.defined(), expected.count(parameter.key()) > 0) << parameter.key();
    if (gradient.defined()) {
      compare(parameter.key(), gradient.cpu(), expected.at(parameter.key()));
    }
  }
}

DIRCN_DEVICE_TEST(GoldenGradients, EqualTheReferenceInDoublePrecision) {
  const GoldenFile golden("S6b_train_step_f64.pth");
  const auto run = backward_pass(golden, device, torch::kDouble);
  EXPECT_LE(relative_max_error(run.image.detach().cpu(), golden.tensor("output_step0")), 1e-9);
  EXPECT_NEAR(run.loss, golden.tensor("losses")[0].item<double>(), 1e-9);
  double largest = 0;
  for (const auto& [key, gradient] : golden.tensors("grads")) {
    largest = std::max(largest, gradient.abs().max().item<double>());
  }
  for_each_gradient(
      run, golden, [&](const std::string& key, const auto& gradient, const auto& expected) {
        const double scale = std::max(expected.abs().max().template item<double>(), 1e-4 * largest);
        EXPECT_LE((gradient - expected).abs().max().template item<double>(), 1e-7 * scale) << key;
      });
}

DIRCN_DEVICE_TEST(GoldenGradients, EqualTheReferenceInSinglePrecision) {
  const GoldenFile inputs("S1_weighted.pth");
  const GoldenFile golden("S6_train_step.pth");
  const auto run = backward_pass(inputs, device, torch::kFloat);
  EXPECT_LE(relative_max_error(run.image.detach().cpu(), golden.tensor("output_step0")), 1.1e-4);
  EXPECT_NEAR(run.loss, golden.tensor("losses")[0].item<double>(), 1e-5);
  for_each_gradient(run, golden,
                    [](const std::string& key, const auto& gradient, const auto& expected) {
                      EXPECT_LE((gradient - expected).norm().template item<double>(),
                                2e-3 * expected.norm().template item<double>())
                          << key;
                    });
}

}  // namespace
}  // namespace dircn::golden_gradients_test
