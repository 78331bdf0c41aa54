// The network against an independent implementation: tests/golden S1 to S4d.

#include <gtest/gtest.h>
#include <torch/types.h>
#include <torch/utils.h>

#include <cmath>

#include "dircn/model/dircn.h"
#include "dircn/mri/acs.h"
#include "literal/literal.h"
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

const Case kCases[] = {
    {"S1_weighted.pth", 1.06e-4},    {"S2_concat.pth", 1e-4},   {"S3_variational.pth", 1.39e-4},
    {"S4a_nodense.pth", 7.36e-4},    {"S4b_nointer.pth", 1e-4}, {"S4c_concat_plain.pth", 1.08e-4},
    {"S4d_concat_odd.pth", 4.98e-4},
};

Dircn load_network(const GoldenFile& golden, torch::Device device, torch::ScalarType dtype) {
  Dircn network(golden.model_config());
  testing::load_parameters(*network, golden.tensors("state_dict"));
  network->to(device, dtype);
  network->eval();
  return network;
}

torch::Tensor flat_image(const torch::Tensor& image) {
  return image.reshape({-1, image.size(-2), image.size(-1)});
}

DIRCN_DEVICE_TEST(GoldenNetwork, EqualsTheReferenceInDoublePrecision) {
  const torch::NoGradGuard no_grad;
  for (const auto& item : kCases) {
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
  for (const auto& item : kCases) {
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
  for (const auto& item : kCases) {
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
  for (const auto& item : kCases) {
    const GoldenFile golden(item.file);
    auto network = load_network(golden, torch::kCPU, torch::kDouble);
    const auto image = literal::forward(literal::parameters_of(*network), golden.model_config(),
                                        golden.kspace(torch::kDouble), golden.mask());
    EXPECT_LE(relative_max_error(image, flat_image(golden.tensor("output_f64"))), 1e-9)
        << item.file;
  }
}

TEST(GoldenNetwork, FindsTheReferenceAcs) {
  for (const auto& item : kCases) {
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
  for (const auto& item : kCases) {
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

TEST(GoldenNetwork, HasTheReferenceParametersInTheirOrder) {
  const GoldenFile golden("S7_checkpoint-best_expected.pth");
  const Dircn network(golden.model_config());
  std::string names;
  for (const auto& parameter : network->named_parameters()) {
    names += (names.empty() ? "" : ",") + parameter.key();
  }
  EXPECT_EQ(names, golden.text("param_names"));
}

}  // namespace
}  // namespace dircn::golden_network_test
