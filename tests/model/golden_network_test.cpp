// The networks against independent implementations: tests/golden S1 to S4d, S9a to S9d.

#include <gtest/gtest.h>
#include <torch/types.h>
#include <torch/utils.h>

#include <cmath>
#include <iterator>
#include <memory>
#include <vector>

#include "dircn/model/cascaded_network.h"
#include "dircn/model/varnet.h"
#include "dircn/mri/acs.h"
#include "literal/literal.h"
#include "literal/varnet.h"
#include "support/devices.h"
#include "support/golden.h"

namespace dircn::golden_network_test {
namespace {

using testing::GoldenFile;
using testing::relative_max_error;

struct Case {
  const char* file;
  double float32_tolerance;  // the manifest's suggested_rel_max_tolerance
};

const Case kDircn[] = {
    {"S1_weighted.pth", 1.06e-4},    {"S2_concat.pth", 1e-4},   {"S3_variational.pth", 1.39e-4},
    {"S4a_nodense.pth", 7.36e-4},    {"S4b_nointer.pth", 1e-4}, {"S4c_concat_plain.pth", 1.08e-4},
    {"S4d_concat_odd.pth", 4.98e-4},
};

const Case kVarnet[] = {
    {"S9a_varnet.pth", 1e-5},
    {"S9b_varnet_two_masks.pth", 1e-5},
    {"S9d_varnet_whole_centre.pth", 1e-5},
};

std::vector<Case> all_cases() {
  std::vector<Case> cases(std::begin(kDircn), std::end(kDircn));
  cases.insert(cases.end(), std::begin(kVarnet), std::end(kVarnet));
  return cases;
}

std::shared_ptr<CascadedNetworkImpl> load_network(const GoldenFile& golden, torch::Device device,
                                                  torch::ScalarType dtype) {
  auto network =
      std::dynamic_pointer_cast<CascadedNetworkImpl>(make_network(golden.model_config()));
  testing::load_parameters(*network, golden.tensors("state_dict"));
  network->to(device, dtype);
  network->eval();
  return network;
}

torch::Tensor flat_image(const torch::Tensor& image) {
  return image.reshape({-1, image.size(-2), image.size(-1)});
}

std::vector<std::string> names_of(const torch::nn::Module& network) {
  std::vector<std::string> names;
  for (const auto& parameter : network.named_parameters()) {
    names.push_back(parameter.key());
  }
  return names;
}

DIRCN_DEVICE_TEST(GoldenNetwork, EqualsTheReferenceInDoublePrecision) {
  const torch::NoGradGuard no_grad;
  for (const auto& item : all_cases()) {
    const GoldenFile golden(item.file);
    auto network = load_network(golden, device, torch::kDouble);
    const auto image =
        network->forward(golden.kspace(torch::kDouble).to(device), golden.mask().to(device));
    EXPECT_LE(relative_max_error(image.cpu(), flat_image(golden.tensor("output_f64"))), 1e-9)
        << item.file;
  }
}

DIRCN_DEVICE_TEST(GoldenNetwork, IsWithinTheTolerancesOfSinglePrecision) {
  const torch::NoGradGuard no_grad;
  for (const auto& item : all_cases()) {
    const GoldenFile golden(item.file);
    auto network = load_network(golden, device, torch::kFloat);
    const auto image = network->forward(golden.kspace().to(device), golden.mask().to(device));
    EXPECT_LE(relative_max_error(image.cpu(), flat_image(golden.tensor("output_f64"))),
              item.float32_tolerance)
        << item.file;
  }
}

// Of one input, two forms' errors differ by a factor of 0.3 to 4, whichever is which: a few
// roundings, amplified, are all of them. Their mean over inputs shows which form is the better (0.8
// to 1.3, with and without AVX-512).
DIRCN_DEVICE_TEST(GoldenNetwork, IsAsAccurateInSinglePrecisionAsTheLiteralForm) {
  const torch::NoGradGuard no_grad;
  constexpr int kInputs = 8;
  for (const auto& item : all_cases()) {
    torch::manual_seed(1);
    const GoldenFile golden(item.file);
    auto network = load_network(golden, device, torch::kFloat);
    auto reference = load_network(golden, device, torch::kDouble);
    const auto parameters = literal::parameters_of(*network);
    const auto mask = golden.mask().to(device);
    double log_ratio = 0;
    for (int i = 0; i < kInputs; ++i) {
      const auto noise = torch::randn(golden.kspace().sizes(), torch::kDouble);
      const auto kspace = (golden.kspace() * (1 + 0.05 * noise)).to(device, torch::kComplexFloat);
      const auto exact = reference->forward(kspace.to(torch::kComplexDouble), mask);
      const auto image = network->forward(kspace, mask);
      const auto oracle = literal::forward(parameters, golden.model_config(), kspace, mask);
      log_ratio +=
          std::log((image - exact).norm().item<double>() / (oracle - exact).norm().item<double>());
    }
    EXPECT_LE(std::exp(log_ratio / kInputs), 2) << item.file;
  }
}

TEST(GoldenNetwork, LiteralFormEqualsTheReference) {
  const torch::NoGradGuard no_grad;
  for (const auto& item : all_cases()) {
    const GoldenFile golden(item.file);
    auto network = load_network(golden, torch::kCPU, torch::kDouble);
    const auto image = literal::forward(literal::parameters_of(*network), golden.model_config(),
                                        golden.kspace(torch::kDouble), golden.mask());
    EXPECT_LE(relative_max_error(image, flat_image(golden.tensor("output_f64"))), 1e-9)
        << item.file;
  }
}

TEST(GoldenNetwork, FindsTheReferenceAcs) {
  for (const auto& item : kDircn) {
    const GoldenFile golden(item.file);
    const int64_t first = golden.integer("acs.pad");
    auto expected = torch::zeros_like(golden.mask());
    expected.slice(3, first, first + golden.integer("acs.num_low_freqs")).fill_(true);
    EXPECT_TRUE(torch::equal(acs_mask(golden.mask()), expected)) << item.file;
  }
}

// Single-precision numbers of the reference; 1e-3 of the maximum still tells a wrong part from
// rounding.
TEST(GoldenNetwork, EqualsTheReferenceInEveryPart) {
  const torch::NoGradGuard no_grad;
  for (const auto& item : kDircn) {
    const GoldenFile golden(item.file);
    const auto config = golden.model_config();
    auto network = load_network(golden, torch::kCPU, torch::kDouble);
    std::vector<CascadeState> states;
    const auto trace = network->trace(golden.kspace(torch::kDouble), golden.mask(),
                                      [&](const auto& state) { states.push_back(state); });
    const auto expect_near = [&](const torch::Tensor& value, const std::string& key) {
      EXPECT_LE(relative_max_error(value, testing::as_complex(golden.tensor(key))), 1e-3)
          << item.file << " " << key;
    };
    expect_near(trace.sensitivity_maps, "sens_maps");
    for (int64_t t = 0; t < config.cascades; ++t) {
      const auto key = "cascade." + std::to_string(t);
      expect_near(states[t].aggregate, key + ".i_concat");
      expect_near(states[t].image, key + ".image");
      expect_near(trace.cascades[t], key + ".kspace");
    }
    for (size_t level = 0; golden.has("cascade.0.internals.0") && level < 4; ++level) {
      const auto key = "cascade.0.internals." + std::to_string(level);
      EXPECT_LE(relative_max_error(states[0].features[level], golden.tensor(key)), 1e-3) << key;
    }
  }
}

DIRCN_DEVICE_TEST(GoldenVarnet, EqualsTheReferenceInEveryPart) {
  const torch::NoGradGuard no_grad;
  for (const auto& item : kVarnet) {
    const GoldenFile golden(item.file);
    auto network = load_network(golden, device, torch::kDouble);
    const auto trace =
        network->trace(golden.kspace(torch::kDouble).to(device), golden.mask().to(device));
    const auto expect_near = [&](const torch::Tensor& value, const std::string& key) {
      EXPECT_LE(relative_max_error(value.cpu(), testing::as_complex(golden.tensor(key))), 1e-9)
          << item.file << " " << key;
    };
    expect_near(trace.sensitivity_maps, "sens_maps_f64");
    for (size_t t = 0; t < trace.cascades.size(); ++t) {
      expect_near(trace.cascades[t], "cascade." + std::to_string(t) + ".kspace_f64");
    }
  }
}

// Whoever calls fastMRI's code may say how many columns the centre has.
TEST(GoldenVarnet, EqualsTheReferenceWhereTheCentreIsGiven) {
  const torch::NoGradGuard no_grad;
  const GoldenFile golden("S9c_varnet_given_centre.pth");
  const auto columns = golden.integer("num_low_frequencies");
  auto network = load_network(golden, torch::kCPU, torch::kDouble);
  const auto kspace = golden.kspace(torch::kDouble);
  const SamplingSpace space(kspace, golden.mask());
  const auto sensitivity = std::make_shared<VarnetSensitivityImpl>(golden.model_config());
  std::map<std::string, torch::Tensor> own;
  for (const auto& [key, value] : golden.tensors("state_dict")) {
    if (key.rfind("sens_net.", 0) == 0) {
      own.emplace(key.substr(std::string("sens_net.").size()), value);
    }
  }
  testing::load_parameters(*sensitivity, own);
  sensitivity->to(torch::kDouble);
  const auto maps = sensitivity->estimate(space, symmetric_acs_mask(golden.mask(), columns));
  EXPECT_LE(
      relative_max_error(space.unroll(maps), testing::as_complex(golden.tensor("sens_maps_f64"))),
      1e-9);
  const auto image = literal::varnet_slice(literal::parameters_of(*network), golden.model_config(),
                                           kspace, golden.mask(), columns);
  EXPECT_LE(relative_max_error(image, flat_image(golden.tensor("output_f64"))), 1e-9);
}

TEST(GoldenVarnet, HasTheReferenceParametersInTheirOrder) {
  const GoldenFile golden("S9a_varnet.pth");
  const auto network = make_network(golden.model_config());
  EXPECT_EQ(names_of(*network), golden.keys("state_dict"));
}

TEST(GoldenNetwork, HasTheReferenceParametersInTheirOrder) {
  const GoldenFile golden("S7_checkpoint-best_expected.pth");
  std::string names;
  for (const auto& name : names_of(*make_network(golden.model_config()))) {
    names += (names.empty() ? "" : ",") + name;
  }
  EXPECT_EQ(names, golden.text("param_names"));
}

}  // namespace
}  // namespace dircn::golden_network_test
