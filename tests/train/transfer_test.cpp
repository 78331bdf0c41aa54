// Networks to begin with, and how they grow.

#include "train/plan/transfer.h"

#include <gtest/gtest.h>
#include <torch/types.h>
#include <torch/utils.h>

#include <algorithm>
#include <map>

#include "dircn/core/error.h"
#include "dircn/formats/torch_file.h"
#include "dircn/model/checkpoint.h"
#include "dircn/model/module_state.h"
#include "support/devices.h"
#include "support/golden.h"
#include "support/paths.h"
#include "support/random_input.h"

namespace dircn::transfer_test {
namespace {

using testing::GoldenFile;
using testing::small_model;

using TensorMap = std::map<std::string, torch::Tensor>;

TensorMap tensors_of(const Network& network) {
  const auto state = state_of(*network);
  return TensorMap(state.begin(), state.end());
}

bool same_weights(const Network& a, const Network& b) {
  const auto others = tensors_of(b);
  const auto tensors = tensors_of(a);
  return tensors.size() == others.size() &&
         std::all_of(tensors.begin(), tensors.end(), [&](const auto& entry) {
           return torch::equal(entry.second, others.at(entry.first));
         });
}

/// Whether two cascades of a network have the same weights.
bool same_cascades(const Network& network, int64_t a, int64_t b) {
  const auto tensors = tensors_of(network);
  const std::string prefix = "i_cascades." + std::to_string(a) + ".";
  return std::all_of(tensors.begin(), tensors.end(), [&](const auto& entry) {
    const auto& [key, tensor] = entry;
    return key.rfind(prefix, 0) != 0 ||
           torch::equal(tensor, tensors.at("i_cascades." + std::to_string(b) +
                                           key.substr(prefix.size() - 1)));
  });
}

void expect_kept(const Network& before, const Network& after) {
  const auto tensors = tensors_of(after);
  EXPECT_LT(before->config().cascades, after->config().cascades);
  for (const auto& [key, tensor] : tensors_of(before)) {
    EXPECT_TRUE(torch::equal(tensors.at(key), tensor.cpu())) << key;
  }
}

/// With weights that no initialisation draws.
Network trained(const ModelConfig& model) {
  const Network network = random_network(model, 5);
  testing::perturb(network->parameters(), 6);
  return network;
}

std::string error_of(const std::filesystem::path& file, const ModelConfig& model) {
  try {
    load_start(file, model);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

#define EXPECT_CONTAINS(text, part) \
  EXPECT_NE((text).find(part), std::string::npos) << "'" << (part) << "' is not in: " << (text)

TEST(RandomNetwork, SameSeedSameWeights) {
  EXPECT_TRUE(same_weights(random_network(small_model(), 3), random_network(small_model(), 3)));
  EXPECT_FALSE(same_weights(random_network(small_model(), 3), random_network(small_model(), 4)));
}

TEST(RandomNetwork, IsThatOfLibTorchsSeed) {
  torch::manual_seed(7);
  const Network expected = make_network(small_model());
  EXPECT_TRUE(same_weights(random_network(small_model(), 7), expected));
}

TEST(RandomNetwork, LeavesLibTorchsRandomNumbersAsTheyWere) {
  torch::manual_seed(11);
  torch::randn({3});  // normal numbers come in pairs: one waits
  const auto expected = torch::randn({64});
  torch::manual_seed(11);
  torch::randn({3});
  random_network(small_model(), 1);
  EXPECT_TRUE(torch::equal(torch::randn({64}), expected));
}

DIRCN_DEVICE_TEST(Growth, KeepsTheOldWeightsToTheBit) {
  const Network network = trained(small_model());
  network->to(device);
  for (const auto added : {AddedCascades::fresh, AddedCascades::copy}) {
    const auto growth = grown(network, 4, added, 1);
    EXPECT_EQ(growth.network->config().cascades, 4);
    EXPECT_EQ(growth.copied + growth.fresh, 2);
    expect_kept(network, growth.network);
    for (const auto& parameter : growth.network->parameters()) {
      EXPECT_TRUE(parameter.is_cpu() && parameter.requires_grad() && parameter.is_leaf());
    }
  }
}

TEST(Growth, SharesNoMemoryWithTheOldNetwork) {
  const Network network = trained(small_model());
  const auto growth = grown(network, 2, AddedCascades::fresh, 1);
  EXPECT_TRUE(same_weights(growth.network, network));
  EXPECT_EQ(growth.copied + growth.fresh, 0);
  testing::perturb(growth.network->parameters(), 1);
  EXPECT_TRUE(same_weights(network, trained(small_model())));
}

TEST(Growth, KeepsDoublePrecision) {
  const Network network = random_network(small_model(), 5);
  network->to(torch::kDouble);
  testing::perturb(network->parameters(), 6);  // by numbers that have no float
  expect_kept(network, grown(network, 3, AddedCascades::copy, 1).network);
}

TEST(Growth, FreshCascadesFollowTheSeed) {
  const Network network = trained(small_model());
  const auto with = [&](int64_t cascades, int64_t seed) {
    return grown(network, cascades, AddedCascades::fresh, seed);
  };
  EXPECT_EQ(with(4, 1).fresh, 2);
  EXPECT_TRUE(same_weights(with(4, 1).network, with(4, 1).network));
  EXPECT_FALSE(same_weights(with(4, 1).network, with(4, 2).network));
  EXPECT_FALSE(same_cascades(with(4, 1).network, 1, 2));
  EXPECT_FALSE(same_cascades(with(4, 1).network, 2, 3));
  // Step by step, too: no cascade begins as the one before it did.
  const auto once = with(3, 1);
  const auto twice = grown(once.network, 4, AddedCascades::fresh, 1);
  EXPECT_FALSE(same_cascades(twice.network, 2, 3));
}

TEST(Growth, CopiesTheLastCascadeWhereItFits) {
  const Network network = trained(small_model());
  const auto growth = grown(network, 4, AddedCascades::copy, 1);
  EXPECT_EQ(growth.copied, 2);
  EXPECT_TRUE(same_cascades(growth.network, 1, 2));
  EXPECT_TRUE(same_cascades(growth.network, 1, 3));
  EXPECT_EQ(grown(network, 4, AddedCascades::fresh, 1).copied, 0);
}

TEST(Growth, DoesNotCopyAFirstCascadeThatIsNarrower) {
  auto model = small_model();
  model.cascades = 1;
  EXPECT_EQ(grown(trained(model), 2, AddedCascades::copy, 1).fresh, 1);
  model.interconnections = false;  // then it is as wide
  const auto growth = grown(trained(model), 2, AddedCascades::copy, 1);
  EXPECT_EQ(growth.copied, 1);
  EXPECT_TRUE(same_cascades(growth.network, 0, 1));
}

TEST(Growth, RefusesToShrink) {
  EXPECT_THROW(grown(trained(small_model()), 1, AddedCascades::fresh, 1), Error);
}

TEST(LoadStart, TakesTheReferencesCheckpoint) {
  const GoldenFile golden("S7_checkpoint-best_expected.pth");
  auto model = golden.model_config();
  model.cascades = 5;  // what will be trained
  auto network = load_start(testing::golden("S7_checkpoint-best.pth"), model);
  EXPECT_EQ(network->config().cascades, golden.model_config().cascades);
  const torch::NoGradGuard no_grad;
  const auto image = network->forward(golden.kspace(), golden.mask());
  EXPECT_LE(testing::relative_max_error(image, golden.tensor("output")), 1e-4);
  expect_kept(network, grown(network, 5, AddedCascades::copy, 1).network);
}

struct StartCase {
  const char* file;
  int64_t cascades;
  int64_t copied;  // of two added ones
};

class LoadStart : public ::testing::TestWithParam<StartCase> {};

TEST_P(LoadStart, TakesTheReferencesStateDicts) {
  const auto& [file, cascades, copied] = GetParam();
  const GoldenFile golden(file);
  const auto network = load_start(testing::golden(file), golden.model_config());
  ASSERT_EQ(network->config().cascades, cascades);
  const auto expected = golden.tensors("state_dict");
  for (const auto& [key, tensor] : tensors_of(network)) {
    if (expected.count(key) > 0) {
      EXPECT_TRUE(torch::equal(tensor, expected.at(key))) << key;
    } else {
      EXPECT_NE(key.find("cat_weight"), std::string::npos) << key;
    }
  }
  const auto growth = grown(network, cascades + 2, AddedCascades::copy, 1);
  EXPECT_EQ(growth.copied, copied);
  EXPECT_EQ(growth.fresh, 2 - copied);
  expect_kept(network, growth.network);
}

// With `concat` every cascade takes one image more than the one before: none can be a copy.
INSTANTIATE_TEST_SUITE_P(Golden, LoadStart,
                         ::testing::Values(StartCase{"S1_weighted.pth", 2, 2},
                                           StartCase{"S2_concat.pth", 3, 0}));

TEST(LoadStart, TakesOursWithFewerCascades) {
  const testing::TemporaryFolder folder;
  const Network network = trained(small_model());
  save_checkpoint(folder / "best.pt", state_of(*network), network->config());
  auto model = small_model();
  model.cascades = 8;
  EXPECT_TRUE(same_weights(load_start(folder / "best.pt", model), network));
}

TEST(LoadStart, NamesEveryKeyOfAnotherModel) {
  const testing::TemporaryFolder folder;
  const Network network = trained(small_model());
  save_checkpoint(folder / "best.pt", state_of(*network), network->config());
  auto model = small_model();
  model.cascades = 8;
  model.channels = 4;
  model.data_consistency = DataConsistency::variational;
  const auto message = error_of(folder / "best.pt", model);
  EXPECT_CONTAINS(message, "best.pt: found another model");
  EXPECT_CONTAINS(message, "model.channels 2 there, 4 here");
  EXPECT_CONTAINS(message, "model.data_consistency soft there, variational here");
  EXPECT_EQ(message.find("model.cascades"), std::string::npos) << message;
}

TEST(LoadStart, NamesWhatDoesNotFitInAReferencesFile) {
  auto model = GoldenFile("S7_checkpoint-best_expected.pth").model_config();
  model.channels *= 2;
  model.sensitivity_groups = 2;
  model.data_consistency = DataConsistency::variational;  // the parameters do not tell
  const auto message = error_of(testing::golden("S7_checkpoint-best.pth"), model);
  EXPECT_CONTAINS(message,
                  "S7_checkpoint-best.pth: found another model: model.channels 2 there, 4 here, "
                  "model.sensitivity_groups 1 there, 2 here; expected the same model");
}

TEST(LoadStart, RefusesAFileWithoutCascades) {
  const testing::TemporaryFolder folder;
  save_torch_file(folder / "other.pth", PickleDict{{"weight", torch::ones({2})}});
  EXPECT_CONTAINS(error_of(folder / "other.pth", small_model()),
                  "other.pth: found parameters of another network: 'weight'; expected those of");
}

}  // namespace
}  // namespace dircn::transfer_test
