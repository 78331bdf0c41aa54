// The network is equivariant to the scale of its input: Note [Normalization] in
// data/normalization.h builds on it.

#include <gtest/gtest.h>
#include <torch/types.h>
#include <torch/utils.h>

#include <vector>

#include "dircn/model/network.h"
#include "support/devices.h"
#include "support/golden.h"
#include "support/random_input.h"

namespace dircn::scale_test {
namespace {

std::vector<ModelConfig> variants() {
  std::vector<ModelConfig> result{testing::small_varnet()};
  for (const auto& [aggregation, name] : EnumNames<Aggregation>::kTable) {
    for (const auto& [consistency, form] : EnumNames<DataConsistency>::kTable) {
      for (const auto& [squeeze, gate] : EnumNames<SeSqueeze>::kTable) {
        auto config = testing::small_model();
        config.aggregation = aggregation;
        config.data_consistency = consistency;
        config.se_squeeze = squeeze;
        result.push_back(config);
      }
    }
  }
  return result;
}

DIRCN_DEVICE_TEST(Scale, OfTheInputIsThatOfTheImage) {
  const torch::NoGradGuard no_grad;
  const auto input = testing::random_input(1, 2, 40, 36, testing::column_mask(36, 4, 6), 1);
  const auto kspace = input.kspace.to(device);
  const auto mask = input.mask.to(device);
  for (const auto& config : variants()) {
    torch::manual_seed(2);
    const Network network = make_network(config);
    network->to(device, torch::kDouble);
    testing::perturb(network->parameters(), 3);
    const auto image = network->forward(kspace, mask).cpu();
    ASSERT_GT(image.abs().max().item<double>(), 0);
    for (const double scale : {1e4, 1e-4}) {
      const auto scaled = network->forward(scale * kspace, mask).cpu() / scale;
      EXPECT_LE(testing::relative_max_error(scaled, image), 1e-12)
          << scale << " " << to_string(config.name) << " " << to_string(config.aggregation) << " "
          << to_string(config.data_consistency) << " " << to_string(config.se_squeeze);
    }
  }
}

}  // namespace
}  // namespace dircn::scale_test
