// The product's fast form against the literal one, in double precision: outputs to 1e-9, gradients
// to 1e-7.

#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/types.h>
#include <torch/utils.h>

#include "dircn/model/network.h"
#include "dircn/mri/fft.h"
#include "literal/literal.h"
#include "support/devices.h"
#include "support/golden.h"
#include "support/random_input.h"

namespace dircn::literal_agreement_test {
namespace {

using testing::column_mask;
using testing::random_input;
using testing::RandomInput;
using testing::relative_max_error;
using testing::small_model;

struct Comparison {
  std::string name;
  ModelConfig config;
  RandomInput input;
};

ModelConfig variant(Aggregation aggregation, DataConsistency consistency, SeSqueeze squeeze,
                    bool interconnections) {
  auto config = small_model();
  config.aggregation = aggregation;
  config.data_consistency = consistency;
  config.se_squeeze = squeeze;
  config.interconnections = interconnections;
  return config;
}

torch::Tensor mask_per_slice() {
  return torch::cat({column_mask(44, 4, 6), column_mask(44, 3, 9, 1)}, 0);
}

torch::Tensor touching_edge(int64_t width) {
  auto mask = column_mask(width, 4, 4);
  mask.slice(3, width / 2, width).fill_(true);
  return mask;
}

torch::Tensor no_centre(int64_t width) {
  auto mask = column_mask(width, 4, 4);
  mask.slice(3, width / 2 - 1, width / 2 + 1).fill_(false);
  return mask;
}

torch::Tensor square_2d(int64_t height, int64_t width) {
  auto mask = torch::zeros({1, 1, height, width}, torch::kBool);
  mask.slice(2, 0, height, 2).slice(3, 1, width, 3).fill_(true);
  mask.slice(2, height / 2 - 6, height / 2 + 6).slice(3, width / 2 - 5, width / 2 + 6).fill_(true);
  return mask;
}

RandomInput with_zero_coil() {
  auto input = random_input(1, 3, 33, 40, column_mask(40, 4, 6), 5);
  input.kspace.select(1, 1).zero_();
  return input;
}

RandomInput with_zero_slice() {
  auto input = random_input(2, 2, 32, 40, column_mask(40, 4, 6), 6);
  input.kspace.select(0, 1).zero_();
  return input;
}

std::vector<Comparison> comparisons() {
  const auto base = small_model();
  auto one_cascade = base;
  one_cascade.cascades = 1;
  auto wide = base;
  wide.cascades = 3;
  wide.channels = 8;
  wide.groups = 4;
  wide.sensitivity_channels = 4;
  wide.sensitivity_groups = 2;
  wide.se_ratio = 0.25;
  auto wide_concat = wide;
  wide_concat.aggregation = Aggregation::concat;
  wide_concat.se_squeeze = SeSqueeze::statistics;
  return {
      {"odd sizes", base, random_input(1, 3, 37, 53, column_mask(53, 4, 5), 1)},
      {"one coil", base, random_input(1, 1, 48, 32, column_mask(32, 4, 4), 2)},
      {"fully sampled", base,
       random_input(1, 2, 35, 34, torch::ones({1, 1, 1, 34}, torch::kBool), 3)},
      {"one mask per batch element", base, random_input(2, 2, 40, 44, mask_per_slice(), 4)},
      {"ACS touches an edge", base, random_input(1, 2, 36, 41, touching_edge(41), 7)},
      {"all-zero coil", base, with_zero_coil()},
      {"all-zero slice", base, with_zero_slice()},
      {"2-D mask", base, random_input(1, 3, 45, 38, square_2d(45, 38), 8)},
      {"2-D mask, batch", base, random_input(2, 2, 34, 47, square_2d(34, 47), 9)},
      {"one cascade", one_cascade, random_input(1, 2, 32, 32, column_mask(32, 4, 4), 10)},
      {"three wide cascades", wide, random_input(1, 4, 50, 36, column_mask(36, 4, 4), 11)},
      {"three wide cascades, concat, statistics", wide_concat,
       random_input(2, 2, 33, 35, column_mask(35, 4, 4), 12)},
      {"variational",
       variant(Aggregation::weighted_sum, DataConsistency::variational, SeSqueeze::normalized,
               true),
       random_input(1, 2, 39, 42, column_mask(42, 4, 6), 13)},
      {"variational, 2-D mask",
       variant(Aggregation::none, DataConsistency::variational, SeSqueeze::normalized, true),
       random_input(1, 2, 33, 36, square_2d(33, 36), 14)},
      {"none, no interconnections",
       variant(Aggregation::none, DataConsistency::soft, SeSqueeze::normalized, false),
       random_input(2, 2, 36, 33, column_mask(33, 4, 5), 15)},
      {"statistics, one mask per batch element",
       variant(Aggregation::weighted_sum, DataConsistency::soft, SeSqueeze::statistics, true),
       random_input(2, 3, 40, 44, mask_per_slice(), 16)},
  };
}

std::vector<Comparison> varnet_comparisons() {
  const auto base = testing::small_varnet();
  auto from_all = base;
  from_all.sensitivity_from = MapsFrom::all;
  auto one_pool = base;
  one_pool.pools = one_pool.sensitivity_pools = 1;
  one_pool.cascades = 3;
  auto odd_levels = base;  // 80 pixels, halved: 40, 20, 10, 5, 2
  odd_levels.pools = 5;
  return {
      {"odd sizes", base, random_input(1, 3, 37, 53, column_mask(53, 4, 5), 31)},
      {"one coil", base, random_input(1, 1, 48, 32, column_mask(32, 4, 4), 32)},
      {"fully sampled", base,
       random_input(1, 2, 35, 33, torch::ones({1, 1, 1, 33}, torch::kBool), 33)},
      {"one mask per batch element", base, random_input(2, 2, 40, 44, mask_per_slice(), 34)},
      {"ACS touches an edge", base, random_input(1, 2, 36, 41, touching_edge(41), 37)},
      {"no sampled centre", base, random_input(1, 2, 36, 41, no_centre(41), 38)},
      {"all-zero coil", base, with_zero_coil()},
      {"all-zero slice", base, with_zero_slice()},
      {"2-D mask, batch", base, random_input(2, 2, 34, 47, square_2d(34, 47), 39)},
      {"maps from all of k-space", from_all, random_input(1, 2, 34, 47, column_mask(47, 4, 6), 40)},
      {"one pool, three cascades", one_pool, random_input(1, 2, 33, 32, column_mask(32, 4, 4), 41)},
      {"odd sizes within", odd_levels, random_input(1, 2, 64, 80, column_mask(80, 4, 6), 42)},
  };
}

/// The network, in double precision, with every parameter moved off its initial value.
Network perturbed_network(const ModelConfig& config, torch::Device device) {
  torch::manual_seed(17);
  const Network network = make_network(config);
  network->to(device, torch::kDouble);
  testing::perturb(network->parameters(), 18);
  return network;
}

literal::Parameters copied_parameters(const Network& network) {
  literal::Parameters copies;
  for (const auto& parameter : network->named_parameters()) {
    copies.emplace(parameter.key(), parameter.value().detach().clone().set_requires_grad(true));
  }
  return copies;
}

void expect_equal_gradients(const Network& network, const literal::Parameters& oracle,
                            const std::string& name) {
  double largest = 0;
  for (const auto& [key, value] : oracle) {
    if (value.grad().defined()) {
      largest = std::max(largest, value.grad().abs().max().item<double>());
    }
  }
  for (const auto& parameter : network->named_parameters()) {
    const auto gradient = parameter.value().grad();
    const auto expected = oracle.at(parameter.key()).grad();
    ASSERT_EQ(gradient.defined(), expected.defined()) << name << " " << parameter.key();
    if (!gradient.defined()) {
      continue;
    }
    ASSERT_TRUE(torch::isfinite(gradient).all().item<bool>()) << name << " " << parameter.key();
    const double scale = std::max(expected.abs().max().item<double>(), 1e-3 * largest);
    EXPECT_LE((gradient - expected).abs().max().item<double>(), 1e-7 * scale)
        << name << " " << parameter.key();
  }
}

void expect_literal_results(const std::vector<Comparison>& comparisons, torch::Device device) {
  for (const auto& item : comparisons) {
    auto network = perturbed_network(item.config, device);
    const auto oracle = copied_parameters(network);
    const auto kspace = item.input.kspace.to(device);
    const auto mask = item.input.mask.to(device);
    const auto image = network->forward(kspace, mask);
    const auto expected = literal::forward(oracle, item.config, kspace, mask);
    ASSERT_LE(relative_max_error(image.detach().cpu(), expected.detach().cpu()), 1e-9) << item.name;
    ASSERT_GT(expected.abs().max().item<double>(), 0) << item.name;
    const auto weights = torch::linspace(0.5, 1.5, image.size(2), image.options());
    (image * weights).square().sum().mul(1e8).backward();
    (expected * weights).square().sum().mul(1e8).backward();
    expect_equal_gradients(network, oracle, item.name);
  }
}

DIRCN_DEVICE_TEST(LiteralAgreement, OutputsAndGradientsAreEqual) {
  expect_literal_results(comparisons(), device);
}

DIRCN_DEVICE_TEST(LiteralAgreement, OutputsAndGradientsOfVarnetAreEqual) {
  expect_literal_results(varnet_comparisons(), device);
}

/// The gradients of a loss, one after the other, in double precision.
template <typename Forward>
torch::Tensor flat_gradient(const Forward& forward, const std::vector<torch::Tensor>& parameters,
                            const torch::Tensor& target) {
  const auto image = forward();
  std::vector<torch::Tensor> parts;
  const auto loss = (image / target.max() - target / target.max()).square().sum();
  for (const auto& gradient :
       torch::autograd::grad({loss}, parameters, {}, {}, false, /*allow_unused=*/true)) {
    parts.push_back(gradient.defined() ? gradient.to(torch::kDouble).flatten()
                                       : torch::zeros({0}, torch::kDouble));
  }
  return torch::cat(parts);
}

literal::Parameters cast(const literal::Parameters& parameters, torch::ScalarType type) {
  literal::Parameters result;
  for (const auto& [key, value] : parameters) {
    result.emplace(key, value.detach().to(type).set_requires_grad(true));
  }
  return result;
}

std::vector<torch::Tensor> values_of(const literal::Parameters& parameters) {
  std::vector<torch::Tensor> values;
  values.reserve(parameters.size());
  for (const auto& [key, value] : parameters) {
    values.push_back(value);
  }
  return values;
}

// At a size where the kernels of single precision have many strips, blocks and tasks.
void expect_gradients_as_exact_as_the_literal_form(ModelConfig config, torch::Device device) {
  config.channels = 8;
  config.cascades = 3;
  auto network = perturbed_network(config, device);
  const auto exact = copied_parameters(network);
  network->to(torch::kFloat);
  const auto input = random_input(1, 6, 190, 148, column_mask(148, 4, 12), 23);
  const auto kspace = input.kspace.to(device);
  const auto mask = input.mask.to(device);
  const auto target = ifft2c(kspace).abs().square().sum(1).sqrt();
  const auto literal_gradient = [&](const literal::Parameters& parameters, torch::ScalarType type) {
    const auto run = [&] { return literal::forward(parameters, config, kspace.to(type), mask); };
    return flat_gradient(run, values_of(parameters), target.to(c10::toRealValueType(type)));
  };
  const auto expected = literal_gradient(exact, torch::kComplexDouble);
  const auto literal_error =
      (literal_gradient(cast(exact, torch::kFloat), torch::kComplexFloat) - expected).norm();
  std::map<std::string, torch::Tensor> own;  // in the literal parameters' order
  for (const auto& parameter : network->named_parameters()) {
    own.emplace(parameter.key(), parameter.value());
  }
  std::vector<torch::Tensor> parameters;
  for (const auto& [key, value] : exact) {
    parameters.push_back(own.at(key));
  }
  const auto run = [&] { return network->forward(kspace.to(torch::kComplexFloat), mask); };
  const auto actual = flat_gradient(run, parameters, target.to(torch::kFloat));
  const auto error = (actual - expected).norm().item<double>();
  EXPECT_LE(error, 2 * literal_error.item<double>()) << "of " << expected.norm().item<double>();
}

DIRCN_DEVICE_TEST(LiteralAgreement, GradientsInSinglePrecisionAreAsExactAsTheLiteralForms) {
  expect_gradients_as_exact_as_the_literal_form(small_model(), device);
}

DIRCN_DEVICE_TEST(LiteralAgreement, GradientsOfVarnetInSinglePrecisionAreAsExact) {
  expect_gradients_as_exact_as_the_literal_form(testing::small_varnet(), device);
}

TEST(LiteralAgreement, MaskPerElementEqualsSlicesOneByOne) {
  const torch::NoGradGuard no_grad;
  auto network = perturbed_network(small_model(), torch::kCPU);
  const auto masks = mask_per_slice();
  const auto input = random_input(2, 2, 40, 44, masks, 21);
  const auto together = network->forward(input.kspace, input.mask);
  for (int64_t b = 0; b < 2; ++b) {
    const auto alone = network->forward(input.kspace.slice(0, b, b + 1), masks.slice(0, b, b + 1));
    EXPECT_LE(relative_max_error(together[b], alone[0]), 1e-12);
  }
}

}  // namespace
}  // namespace dircn::literal_agreement_test
