#include <gtest/gtest.h>
#include <torch/nn/utils/convert_parameters.h>
#include <torch/types.h>
#include <torch/utils.h>

#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "dircn/core/error.h"
#include "dircn/model/network.h"
#include "dircn/mri/acs.h"
#include "dircn/mri/coils.h"
#include "dircn/mri/fft.h"
#include "dircn/runtime/precision_guard.h"
#include "support/devices.h"
#include "support/golden.h"
#include "support/random_input.h"

namespace dircn::network_test {
namespace {

using testing::column_mask;
using testing::random_input;
using testing::relative_max_error;
using testing::small_model;
using testing::small_varnet;

/// A small one of each network.
std::vector<ModelConfig> small_networks() {
  return {small_model(), small_varnet()};
}

TEST(Network, SameSeedSameWeights) {
  const auto weights = [](uint64_t seed) {
    torch::manual_seed(seed);
    return torch::nn::utils::parameters_to_vector(make_network(small_model())->parameters());
  };
  EXPECT_TRUE(torch::equal(weights(3), weights(3)));
  EXPECT_FALSE(torch::equal(weights(3), weights(4)));
}

TEST(Network, HasTheSizesOfTheReferences) {
  const auto count = [](const ModelConfig& config) {
    int64_t parameters = 0;
    for (const auto& parameter : make_network(config)->parameters()) {
      parameters += parameter.numel();
    }
    return static_cast<double>(parameters) / 1e6;
  };
  EXPECT_NEAR(count(ModelConfig{}), 10.2, 0.05);  // the challenge team's final model
  ModelConfig paper;
  paper.cascades = 30;
  paper.channels = 20;
  paper.sensitivity_channels = 12;
  paper.sensitivity_groups = 1;
  paper.aggregation = Aggregation::concat;
  EXPECT_NEAR(count(paper), 61.0, 0.05);
  EXPECT_NEAR(count(default_model(NetworkName::varnet)), 29.936966, 1e-9);
}

TEST(Network, SmallestImagesWork) {
  const torch::NoGradGuard no_grad;
  for (const auto& model : small_networks()) {
    const auto input = random_input(1, 2, 16, 16, column_mask(16, 2, 4), 2);
    const auto image =
        make_network(model)->forward(input.kspace.to(torch::kComplexFloat), input.mask);
    EXPECT_TRUE(torch::isfinite(image).all().item<bool>()) << to_string(model.name);
  }
}

TEST(Network, NamesImagesThatAreTooSmallForItsPools) {
  const torch::NoGradGuard no_grad;
  auto model = small_varnet();
  model.pools = 6;
  const Network network = make_network(model);
  const auto run = [&](int64_t size) {
    const auto input = random_input(1, 2, size, 64, column_mask(64, 4, 6), 2);
    return network->forward(input.kspace.to(torch::kComplexFloat), input.mask);
  };
  try {
    run(33);  // 48 with its padding
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("48 x 64"), std::string::npos) << error.what();
    EXPECT_NE(std::string(error.what()).find("6 pools"), std::string::npos) << error.what();
  }
  EXPECT_TRUE(torch::isfinite(run(128)).all().item<bool>());
}

DIRCN_DEVICE_TEST(Network, HandsMeasuredKspaceThroughWhereLambdaIsZero) {
  const torch::NoGradGuard no_grad;
  const Network network = make_network(small_model());
  for (auto& parameter : network->named_parameters()) {
    if (parameter.key().find("dc_weight") != std::string::npos) {
      parameter.value().zero_();
    }
  }
  network->to(device);
  const auto input = random_input(2, 3, 37, 44, column_mask(44, 4, 6), 3);
  const auto kspace = input.kspace.to(device, torch::kComplexFloat);
  const auto mask = input.mask.to(device);
  const auto result = network->trace(kspace, mask).cascades.back();
  EXPECT_LE(relative_max_error((result * mask).cpu(), kspace.cpu()), 1e-6);
}

DIRCN_DEVICE_TEST(Network, AllZeroInputGivesZerosAndFiniteGradients) {
  for (const auto& model : small_networks()) {
    const Network network = make_network(model);
    network->to(device);
    const auto kspace =
        torch::zeros({1, 2, 32, 40}, torch::dtype(torch::kComplexFloat).device(device));
    const auto image = network->forward(kspace, column_mask(40, 4, 6).to(device));
    EXPECT_TRUE(torch::equal(image, torch::zeros_like(image)));
    image.sum().backward();
    for (const auto& parameter : network->named_parameters()) {
      const auto& gradient = parameter.value().grad();
      EXPECT_TRUE(!gradient.defined() || torch::isfinite(gradient).all().item<bool>())
          << parameter.key();
    }
  }
}

DIRCN_DEVICE_TEST(Network, DoesNotHideNotANumber) {
  const torch::NoGradGuard no_grad;
  const auto mask = testing::column_mask(32, 4, 6);
  const auto input = testing::random_input(1, 2, 32, 32, mask, 1);
  const auto kspace = input.kspace.to(torch::kComplexFloat).to(device);
  const std::pair<ModelConfig, const char*> spoiled[] = {
      {small_model(), "sens_net.model.model.outc.bias"},
      {small_model(), "i_cascades.1.dc_weight"},
      {small_varnet(), "sens_net.norm_unet.unet.up_conv.1.1.bias"},
      {small_varnet(), "cascades.1.dc_weight"},
  };
  for (const auto& [model, key] : spoiled) {
    const Network network = make_network(model);
    network->to(device);
    auto parameters = network->named_parameters();
    ASSERT_NE(parameters.find(key), nullptr) << key;
    parameters.find(key)->fill_(std::nan(""));
    EXPECT_TRUE(torch::isnan(network->forward(kspace, mask.to(device))).any().item<bool>()) << key;
  }
}

DIRCN_DEVICE_TEST(Network, Bfloat16StaysNearSinglePrecision) {
  const torch::NoGradGuard no_grad;
  const auto input = random_input(1, 3, 64, 48, column_mask(48, 4, 8), 4);
  const auto kspace = input.kspace.to(device, torch::kComplexFloat);
  const auto mask = input.mask.to(device);
  for (const auto& model : small_networks()) {
    torch::manual_seed(4);
    const Network network = make_network(model);
    network->to(device);
    const auto full = network->forward(kspace, mask);
    const PrecisionGuard guard(device, Precision::bf16);
    const auto half = network->forward(kspace, mask);
    EXPECT_EQ(half.scalar_type(), torch::kFloat);
    const double error = ((half - full).norm() / full.norm()).item<double>();
    EXPECT_LE(error, 0.1);  // 8 bits of mantissa through 60 convolutions with random weights
    EXPECT_GT(error, 0);
  }
}

TEST(Network, TrainsAfterABfloat16PassWithoutGradients) {
  const Network network = make_network(small_model());
  const auto input = random_input(1, 2, 32, 32, column_mask(32, 4, 6), 5);
  const auto kspace = input.kspace.to(torch::kComplexFloat);
  {
    const torch::NoGradGuard no_grad;
    const PrecisionGuard guard(torch::kCPU, Precision::bf16);
    network->forward(kspace, input.mask);
  }
  {
    const PrecisionGuard guard(torch::kCPU, Precision::bf16);
    network->forward(kspace, input.mask).sum().backward();
  }
  for (const auto& parameter : network->named_parameters()) {
    if (parameter.key() != "i_cascades.0.cat_weight") {
      EXPECT_TRUE(parameter.value().grad().defined()) << parameter.key();
    }
  }
}

struct BadInput {
  const char* name;
  torch::Tensor kspace;
  torch::Tensor mask;
  const char* expected_in_message;
};

TEST(Network, NamesTheShapesThatDoNotFit) {
  const auto complex = [](torch::IntArrayRef sizes) {
    return torch::zeros(sizes, torch::kComplexFloat);
  };
  const auto mask = [](torch::IntArrayRef sizes) { return torch::ones(sizes, torch::kBool); };
  const BadInput table[] = {
      {"rank", complex({2, 32, 32}), mask({1, 1, 1, 32}), "[2, 32, 32]"},
      {"real k-space", torch::zeros({1, 2, 32, 32}), mask({1, 1, 1, 32}), "float"},
      {"mask width", complex({1, 2, 32, 32}), mask({1, 1, 1, 31}), "[1, 1, 1, 31]"},
      {"mask height", complex({1, 2, 32, 32}), mask({1, 1, 30, 32}), "[1, 1, 30, 32]"},
      {"mask batch", complex({3, 2, 32, 32}), mask({2, 1, 1, 32}), "[2, 1, 1, 32]"},
      {"mask dtype", complex({1, 2, 32, 32}), torch::ones({1, 1, 1, 32}), "mask"},
  };
  const Network network = make_network(small_model());
  for (const auto& item : table) {
    try {
      network->forward(item.kspace, item.mask);
      ADD_FAILURE() << item.name;
    } catch (const Error& error) {
      EXPECT_NE(std::string(error.what()).find(item.expected_in_message), std::string::npos)
          << item.name << ": " << error.what();
    }
  }
}

TEST(Network, RefusesConfigurationsThatCannotWork) {
  auto config = small_model();
  config.groups = 3;
  EXPECT_THROW(make_network(config), Error);
}

}  // namespace
}  // namespace dircn::network_test
