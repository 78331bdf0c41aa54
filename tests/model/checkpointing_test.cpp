// Training steps that compute every cascade again in the backward pass, against those that keep
// everything.

#include <ATen/record_function.h>
#include <gtest/gtest.h>
#include <torch/types.h>
#include <torch/utils.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstring>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "dircn/model/cascaded_network.h"
#include "dircn/runtime/precision_guard.h"
#include "support/devices.h"
#include "support/golden.h"
#include "support/random_input.h"

namespace dircn::checkpointing_test {
namespace {

using testing::relative_max_error;

constexpr int64_t kCascades = 3;

ModelConfig three_cascades() {
  auto config = testing::small_model();
  config.cascades = kCascades;
  return config;
}

std::vector<ModelConfig> variants() {
  std::vector<ModelConfig> result;
  for (const auto& [aggregation, name] : EnumNames<Aggregation>::kTable) {
    for (const auto& [consistency, form] : EnumNames<DataConsistency>::kTable) {
      for (const bool interconnections : {true, false}) {
        auto config = three_cascades();
        config.aggregation = aggregation;
        config.data_consistency = consistency;
        config.interconnections = interconnections;
        result.push_back(config);
      }
    }
  }
  result.push_back(testing::small_varnet());
  return result;
}

std::string name_of(const ModelConfig& config) {
  return to_string(config.name) + ", " + to_string(config.aggregation) + ", " +
         to_string(config.data_consistency) + (config.interconnections ? ", interconnections" : "");
}

using CascadedNetwork = std::shared_ptr<CascadedNetworkImpl>;

CascadedNetwork network_of(const ModelConfig& config, torch::Device device,
                           torch::ScalarType type = torch::kDouble) {
  torch::manual_seed(1);
  auto network = std::dynamic_pointer_cast<CascadedNetworkImpl>(make_network(config));
  network->to(device, type);
  testing::perturb(network->parameters(), 2);
  return network;
}

testing::RandomInput input_on(torch::Device device) {
  const auto input = testing::random_input(1, 2, 33, 36, testing::column_mask(36, 4, 6), 3);
  return {input.kspace.to(device), input.mask.to(device)};
}

/// An image and the gradients of a loss; undefined where there is none.
struct Step {
  torch::Tensor image;
  std::map<std::string, torch::Tensor> gradients;
};

Step step_of(const CascadedNetwork& network, const testing::RandomInput& input, bool checkpointing,
             Precision precision = Precision::fp32) {
  network->set_checkpointing(checkpointing);
  torch::Tensor image;
  {
    const PrecisionGuard guard(input.kspace.device(), precision);
    image = network->forward(input.kspace, input.mask);
  }
  const auto weights = torch::linspace(0.5, 1.5, image.size(2), image.options());
  (image * weights).square().sum().mul(1e8).backward();
  Step step{image.detach().cpu(), {}};
  for (auto& parameter : network->named_parameters()) {
    const auto& gradient = parameter.value().grad();
    step.gradients[parameter.key()] = gradient.defined() ? gradient.cpu() : gradient;
    parameter.value().mutable_grad().reset();
  }
  return step;
}

void expect_equal(const Step& actual, const Step& expected, const std::string& name) {
  EXPECT_LE(relative_max_error(actual.image, expected.image), 1e-12) << name;
  double largest = 0;
  for (const auto& [key, gradient] : expected.gradients) {
    largest = gradient.defined() ? std::max(largest, gradient.abs().max().item<double>()) : largest;
  }
  ASSERT_GT(largest, 0) << name;
  for (const auto& [key, gradient] : expected.gradients) {
    const auto& other = actual.gradients.at(key);
    ASSERT_EQ(other.defined(), gradient.defined()) << name << " " << key;
    if (gradient.defined()) {
      EXPECT_LE((other - gradient).abs().max().item<double>(), 1e-12 * largest)
          << name << " " << key;
    }
  }
}

DIRCN_DEVICE_TEST(Checkpointing, ImagesAndGradientsAreThoseOfThePlainStep) {
  const auto input = input_on(device);
  for (const auto& config : variants()) {
    auto network = network_of(config, device);
    const auto plain = step_of(network, input, false);
    expect_equal(step_of(network, input, true), plain, name_of(config));
  }
}

struct Frozen {
  const char* name;
  std::function<bool(const std::string& key)> holds;
};

DIRCN_DEVICE_TEST(Checkpointing, FrozenPartsAreNoMatter) {
  const auto begins = [](const std::string& key, const char* part) {
    return key.rfind(part, 0) == 0;
  };
  const Frozen table[] = {
      {"sensitivity maps", [=](const auto& key) { return begins(key, "sens_net."); }},
      {"cascades", [=](const auto& key) { return begins(key, "i_cascades."); }},
      {"all but the last cascade", [=](const auto& key) { return !begins(key, "i_cascades.2."); }},
      {"all but the first cascade", [=](const auto& key) { return !begins(key, "i_cascades.0."); }},
      {"all but the aggregation's weights",
       [](const auto& key) { return key.find("cat_weight") == std::string::npos; }},
  };
  const auto input = input_on(device);
  for (const auto& frozen : table) {
    auto network = network_of(three_cascades(), device);
    for (auto& parameter : network->named_parameters()) {
      parameter.value().set_requires_grad(!frozen.holds(parameter.key()));
    }
    const auto plain = step_of(network, input, false);
    expect_equal(step_of(network, input, true), plain, frozen.name);
  }
}

// With the maps frozen the cascades run the same kernels as without gradients, so that images are
// equal to the bit.
DIRCN_DEVICE_TEST(Checkpointing, IsTheSameInBfloat16) {
  auto network = network_of(three_cascades(), device, torch::kFloat);
  for (auto& parameter : network->named_parameters()) {
    parameter.value().set_requires_grad(parameter.key().rfind("sens_net.", 0) != 0);
  }
  auto input = input_on(device);
  input.kspace = input.kspace.to(torch::kComplexFloat);
  torch::Tensor image;
  {
    const torch::NoGradGuard no_grad;
    const PrecisionGuard guard(device, Precision::bf16);
    image = network->forward(input.kspace, input.mask).cpu();
  }
  const auto plain = step_of(network, input, false, Precision::bf16);
  const auto actual = step_of(network, input, true, Precision::bf16);
  EXPECT_EQ(actual.image.scalar_type(), torch::kFloat);
  EXPECT_TRUE(torch::equal(actual.image, image));
  double error = 0;
  double norm = 0;
  for (const auto& [key, gradient] : plain.gradients) {
    const auto& other = actual.gradients.at(key);
    ASSERT_EQ(other.defined(), gradient.defined()) << key;
    if (gradient.defined()) {
      EXPECT_EQ(other.scalar_type(), torch::kFloat) << key;
      error += (other - gradient).square().sum().item<double>();
      norm += gradient.square().sum().item<double>();
    }
  }
  EXPECT_LE(std::sqrt(error), 1e-2 * std::sqrt(norm));
}

DIRCN_DEVICE_TEST(Checkpointing, ChangesNothingWithoutGradients) {
  const torch::NoGradGuard no_grad;
  auto network = network_of(three_cascades(), device);
  const auto input = input_on(device);
  const auto image = network->forward(input.kspace, input.mask);
  network->set_checkpointing(true);
  EXPECT_TRUE(torch::equal(network->forward(input.kspace, input.mask), image));
}

TEST(Checkpointing, LeavesTheTraceWhole) {
  auto network = network_of(three_cascades(), torch::kCPU);
  network->set_checkpointing(true);
  const auto input = input_on(torch::kCPU);
  std::vector<CascadeState> states;
  const auto keep = [&](const CascadeState& state) { states.push_back(state); };
  const auto trace = network->trace(input.kspace, input.mask, keep);
  ASSERT_EQ(trace.cascades.size(), static_cast<size_t>(kCascades));
  ASSERT_EQ(states.size(), trace.cascades.size());
  for (size_t t = 0; t < states.size(); ++t) {
    EXPECT_TRUE(trace.cascades[t].defined() && states[t].aggregate.defined() &&
                states[t].image.defined() && states[t].features[0].defined());
  }
}

std::atomic<int> coil_combinations{0};  // callbacks are plain functions

std::unique_ptr<at::ObserverContext> count_coil_combination(const at::RecordFunction& function) {
  if (std::strcmp(function.name(), "dircn::data_consistency") == 0) {
    ++coil_combinations;
  }
  return nullptr;
}

/// How often the coils of a cascade are combined in a backward pass.
int combinations_of_a_backward_pass(bool checkpointing) {
  auto network = network_of(three_cascades(), torch::kCPU);
  network->set_checkpointing(checkpointing);
  const auto input = input_on(torch::kCPU);
  const auto loss = network->forward(input.kspace, input.mask).sum();
  coil_combinations = 0;
  const auto handle = at::addGlobalCallback(
      at::RecordFunctionCallback(count_coil_combination).scopes({at::RecordScope::FUNCTION}));
  loss.backward();
  at::removeCallback(handle);
  return coil_combinations;
}

TEST(Checkpointing, ComputesEveryCascadeAgain) {
  EXPECT_EQ(combinations_of_a_backward_pass(false), 0);
  EXPECT_EQ(combinations_of_a_backward_pass(true), kCascades);
}

}  // namespace
}  // namespace dircn::checkpointing_test
