#include "dircn/runtime/recompute.h"

#include <gtest/gtest.h>
#include <torch/types.h>
#include <torch/utils.h>

#include <vector>

#include "dircn/runtime/device.h"
#include "dircn/runtime/precision_guard.h"
#include "support/devices.h"

namespace dircn::recompute_test {
namespace {

using Tensors = std::vector<torch::Tensor>;

/// Two outputs of two inputs and a parameter, and how often they were computed.
struct Computation {
  torch::Tensor parameter;
  int calls = 0;

  Tensors operator()(const Tensors& inputs) {
    ++calls;
    const auto hidden = torch::tanh(torch::mm(inputs[0], parameter));
    return {hidden * inputs[1], torch::exp(hidden)};
  }
};

struct Given {
  Tensors inputs;
  Computation computation;
};

Given given(bool input_wants, torch::Device device = torch::kCPU) {
  torch::manual_seed(1);
  const auto options = torch::dtype(torch::kDouble).device(device);
  return {{torch::randn({3, 4}, options).requires_grad_(input_wants),
           torch::randn({3, 4}, options).requires_grad_(input_wants)},
          {torch::randn({4, 4}, options).requires_grad_()}};
}

DIRCN_DEVICE_TEST(Recompute, GivesTheSameValuesAndGradients) {
  for (const bool input_wants : {true, false}) {
    auto plain = given(input_wants, device);
    auto again = given(input_wants, device);
    const auto loss = [](const Tensors& y) { return (y[0].square() + y[1]).sum(); };
    const auto expected = loss(plain.computation(plain.inputs));
    auto& computation = again.computation;
    const auto actual =
        loss(recompute_in_backward([&](const Tensors& inputs) { return computation(inputs); },
                                   again.inputs, {computation.parameter}));
    EXPECT_EQ(actual.item<double>(), expected.item<double>());
    expected.backward();
    EXPECT_EQ(computation.calls, 1);
    actual.backward();
    EXPECT_EQ(computation.calls, 2);
    EXPECT_TRUE(torch::equal(computation.parameter.grad(), plain.computation.parameter.grad()));
    for (size_t i = 0; i < plain.inputs.size(); ++i) {
      EXPECT_EQ(again.inputs[i].grad().defined(), input_wants);
      EXPECT_TRUE(!input_wants || torch::equal(again.inputs[i].grad(), plain.inputs[i].grad()));
    }
  }
}

TEST(Recompute, OutputsThatNobodyUsesAreNoMatter) {
  auto one = given(true);
  const auto y =
      recompute_in_backward([&](const Tensors& inputs) { return one.computation(inputs); },
                            one.inputs, {one.computation.parameter});
  y[1].sum().backward();
  EXPECT_TRUE(one.inputs[0].grad().defined());
  EXPECT_FALSE(one.inputs[1].grad().defined() && one.inputs[1].grad().any().item<bool>());
}

TEST(Recompute, IsCalledOnceWhereNothingIsRecorded) {
  auto one = given(true);
  const torch::NoGradGuard no_grad;
  const auto y =
      recompute_in_backward([&](const Tensors& inputs) { return one.computation(inputs); },
                            one.inputs, {one.computation.parameter});
  EXPECT_FALSE(y[0].requires_grad());
  EXPECT_EQ(one.computation.calls, 1);
}

TEST(Recompute, FindsItsPrecisionAgain) {
  torch::manual_seed(1);
  const auto x = torch::randn({8, 8});
  const auto weight = torch::randn({8, 8}, torch::requires_grad());
  std::vector<torch::ScalarType> types;
  Tensors y;
  {
    const PrecisionGuard guard(torch::kCPU, Precision::bf16);
    y = recompute_in_backward(
        [&](const Tensors& inputs) -> Tensors {
          const auto product = torch::mm(inputs[0], weight);
          types.push_back(product.scalar_type());
          return {product};
        },
        {x}, {weight});
  }
  y[0].sum().backward();
  EXPECT_EQ(types, (std::vector<torch::ScalarType>{torch::kBFloat16, torch::kBFloat16}));
}

}  // namespace
}  // namespace dircn::recompute_test
