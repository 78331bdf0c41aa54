// Which network a checkpoint is of, with a configuration beside it and without one.

#include "dircn/model/checkpoint_model.h"

#include <gtest/gtest.h>
#include <torch/types.h>
#include <torch/utils.h>

#include <algorithm>
#include <functional>
#include <iterator>
#include <sstream>
#include <string>
#include <vector>

#include "dircn/config/config.h"
#include "dircn/model/network.h"
#include "model/checkpoint_files.h"
#include "support/golden.h"
#include "support/random_input.h"

namespace dircn::checkpoint_model_test {
namespace {

using testing::error_of;
using testing::golden;
using testing::GoldenFile;
using testing::log_of;
using testing::small_model;

/// What contradicts `small_model`.
struct Setting {
  const char* yaml;
  const char* key;
  const char* found;
  const char* expected;
};

const Setting kContradictions[] = {
    {"name: varnet", "name", "varnet", "dircn"},
    {"cascades: 3", "cascades", "3", "2"},
    {"channels: 4", "channels", "4", "2"},
    {"sensitivity_channels: 4", "sensitivity_channels", "4", "2"},
    {"groups: 1", "groups", "1", "2"},
    {"sensitivity_groups: 2", "sensitivity_groups", "2", "1"},
    {"se_ratio: 0.5", "se_ratio", "0.5", "0.125"},
    {"se_squeeze: statistics", "se_squeeze", "statistics", "normalized"},
    {"interconnections: false", "interconnections", "false", "true"}};

Config config_of(const std::string& model) {
  return parse_config("data: {crop: 24}\nmodel:\n  " + model + "\n", "c.yaml");
}

class LoadNetwork : public ::testing::Test {
 protected:
  /// A checkpoint of ours, of `small_model` but for `change`.
  std::string ours(const std::function<void(ModelConfig&)>& change = [](ModelConfig&) {}) const {
    ModelConfig model = small_model();
    change(model);
    save_checkpoint(folder_ / "ours.pt", state_of(*make_network(model)), model);
    return (folder_ / "ours.pt").string();
  }

  /// The same without its configuration.
  std::string bare() const {
    PickleDict state;
    for (const auto& [key, tensor] : state_of(*make_network(small_model()))) {
      state.set(key, tensor);
    }
    save_torch_file(folder_ / "bare.pth", state);
    return (folder_ / "bare.pth").string();
  }

  testing::TemporaryFolder folder_;
};

TEST_F(LoadNetwork, NeedsNoConfigurationForTheReferencesFiles) {
  const torch::NoGradGuard no_grad;
  for (const std::string name : {"S7_checkpoint-best", "S7_checkpoint-cuda-frozen"}) {
    const GoldenFile expected(name + "_expected.pth");
    const Network network = load_network(golden(name + ".pth"));
    EXPECT_TRUE(network->config() == expected.model_config()) << name;
    const auto image = network->forward(expected.kspace(), expected.mask());
    EXPECT_LE(testing::relative_max_error(image, expected.tensor("output")), 1e-4) << name;
  }
}

TEST_F(LoadNetwork, NeedsNoConfigurationForFastmrisFiles) {
  const torch::NoGradGuard no_grad;
  const auto error = [](const char* name, const Config& config) {
    const GoldenFile expected(name);
    const auto image =
        load_network(golden(name), config)->forward(expected.kspace(), expected.mask());
    return testing::relative_max_error(image, expected.tensor("output"));
  };
  EXPECT_LE(error("S9a_varnet.pth", {}), 1e-5);
  EXPECT_LE(error("S9b_varnet_two_masks.pth", {}), 1e-5);
  // Maps of all that was measured: no parameter tells.
  const auto set = [](const std::vector<std::string>& overrides) {
    return parse_config("", "--set", overrides, ModelFrom::checkpoint);
  };
  const std::string all = "model.sensitivity_from=all";
  EXPECT_LE(error("S9d_varnet_whole_centre.pth", set({all})), 1e-5);
  EXPECT_LE(error("S9d_varnet_whole_centre.pth", set({all, "model.name=varnet"})), 1e-5);
  EXPECT_GT(error("S9d_varnet_whole_centre.pth", {}), 1e-3);
  EXPECT_CONTAINS(log_of([] { load_network(golden("S9d_varnet_whole_centre.pth")); }),
                  "sensitivity_from centre: assumed");
}

TEST_F(LoadNetwork, RefusesWhatContradictsFastmrisFiles) {
  const Setting settings[] = {
      {"name: dircn", "name", "dircn", "varnet"},
      {"cascades: 3", "cascades", "3", "2"},
      {"channels: 8", "channels", "8", "4"},
      {"sensitivity_channels: 4", "sensitivity_channels", "4", "2"},
      {"pools: 3\n  name: varnet", "pools", "3", "2"},
      {"sensitivity_pools: 3\n  name: varnet", "sensitivity_pools", "3", "4"}};
  const auto file = golden("S9c_varnet_given_centre.pth");
  for (const auto& [yaml, key, found, expected] : settings) {
    const auto message =
        error_of([&, text = std::string(yaml)] { load_network(file, config_of(text)); });
    EXPECT_CONTAINS(message, "c.yaml:3: model." + std::string(key) + ": found " + found +
                                 "; expected " + expected + ", as the parameters in " +
                                 file.string() + " have it. Leave ");
  }
}

TEST_F(LoadNetwork, TakesTheConfigurationThatOursCarry) {
  const auto file = ours([](ModelConfig& m) {
    m.data_consistency = DataConsistency::variational;
    m.aggregation = Aggregation::none;
  });
  std::string log = log_of([&] {
    const auto model = load_network(file)->config();
    EXPECT_EQ(model.data_consistency, DataConsistency::variational);
    EXPECT_EQ(model.aggregation, Aggregation::none);
  });
  EXPECT_EQ(log, "");
}

TEST_F(LoadNetwork, SaysWhatItAssumes) {
  const auto all = log_of([&] { load_network(bare()); });
  EXPECT_CONTAINS(all,
                  "bare.pth: aggregation weighted_sum, data_consistency soft: assumed, as the "
                  "parameters do not tell");
  const auto one = log_of([&] { load_network(bare(), config_of("aggregation: none")); });
  EXPECT_CONTAINS(one, "bare.pth: data_consistency soft: assumed");
  const std::string both = "{aggregation: none, data_consistency: soft}";
  EXPECT_EQ(log_of([&] { load_network(bare(), parse_config("model: " + both, "c.yaml")); }), "");
}

TEST_F(LoadNetwork, TakesWhatIsSetForWhatParametersDoNotTell) {
  const auto model =
      load_network(bare(), parse_config("", "--set",
                                        {"model.data_consistency=variational",
                                         "model.aggregation=none", "model.se_ratio=0.13"}))
          ->config();
  EXPECT_EQ(model.data_consistency, DataConsistency::variational);
  EXPECT_EQ(model.aggregation, Aggregation::none);
  EXPECT_EQ(model.se_ratio, 0.13);  // the same widths
  EXPECT_EQ(model.channels, 2);
}

TEST_F(LoadNetwork, RefusesWhatContradictsTheParameters) {
  for (const auto& [yaml, key, found, expected] : kContradictions) {
    const auto message =
        error_of([&, text = std::string(yaml)] { load_network(bare(), config_of(text)); });
    EXPECT_CONTAINS(message, "c.yaml:3: model." + std::string(key) + ": found " + found +
                                 "; expected " + expected + ", as the parameters in " + bare() +
                                 " have it. Leave ");
  }
  EXPECT_CONTAINS(error_of([&] { load_network(bare(), config_of("aggregation: concat")); }),
                  "found concat; expected weighted_sum or none, as the parameters");
}

TEST_F(LoadNetwork, RefusesWhatContradictsItsConfiguration) {
  std::vector<Setting> settings(std::begin(kContradictions), std::end(kContradictions));
  settings.push_back({"data_consistency: variational", "data_consistency", "variational", "soft"});
  settings.push_back({"aggregation: none", "aggregation", "none", "weighted_sum"});
  for (const auto& [yaml, key, found, expected] : settings) {
    const auto message =
        error_of([&, text = std::string(yaml)] { load_network(ours(), config_of(text)); });
    EXPECT_CONTAINS(message, "c.yaml:3: model." + std::string(key) + ": found " + found +
                                 "; expected " + expected + ", as model_config in " + ours() +
                                 " has it. Leave ");
  }
}

/// The settings behind the last "--set" of a message.
std::vector<std::string> advised(const std::string& message) {
  std::istringstream words(message.substr(message.rfind("--set ") + 6));
  return {std::istream_iterator<std::string>(words), {}};
}

// base.yaml sets every key, and so does what extends it.
TEST_F(LoadNetwork, SaysWhatToSetWhereAnotherFileContradicts) {
  const auto base = testing::source("configs/base.yaml").string();
  const auto mine = (folder_ / "mine.yaml").string();
  testing::write_file(mine, "extends: " + base + "\nmodel: {channels: 4}\n");
  const auto load = [&](const std::string& file, const std::vector<std::string>& settings) {
    return load_network(file, load_config(mine, settings))->config();
  };
  const auto size = error_of([&] { load(bare(), {}); });
  EXPECT_CONTAINS(size, base + ":");
  EXPECT_CONTAINS(size, ": model.cascades: found 8; expected 2, as the parameters in ");
  EXPECT_CONTAINS(size, "Leave out the keys that do not fit: a checkpoint says what it is of.");
  EXPECT_TRUE(load(bare(), advised(size)) == small_model()) << size;
  EXPECT_TRUE(load(ours(), advised(error_of([&] { load(ours(), {}); }))) == small_model());

  const auto varnet = golden("S9c_varnet_given_centre.pth").string();
  const auto name = error_of([&] { load(varnet, {}); });
  EXPECT_CONTAINS(name, base + ":");
  EXPECT_CONTAINS(name, ": model.name: found dircn; expected varnet");
  EXPECT_EQ(advised(name), std::vector<std::string>{"model.name=varnet"});
  EXPECT_TRUE(load(varnet, advised(name)) == load_network(varnet)->config());

  const auto either = ours([](ModelConfig& m) { m.aggregation = Aggregation::none; });
  const auto one = error_of([&] { load_network(either, config_of("aggregation: concat")); });
  EXPECT_CONTAINS(one, "Leave out the key: a checkpoint says what it is of.");
  EXPECT_EQ(advised(one), std::vector<std::string>{"model.aggregation=none"});
}

TEST_F(LoadNetwork, TakesAConfigurationThatSetsNothingElse) {
  for (const char* yaml : {"data: {crop: 24}\n", "model: {channels: 2, groups: 2}\n", ""}) {
    const Config config = parse_config(yaml, "c.yaml");
    EXPECT_TRUE(load_network(ours(), config)->config() == small_model()) << yaml;
    EXPECT_TRUE(load_network(bare(), config)->config() == small_model()) << yaml;
  }
}

TEST_F(LoadNetwork, TakesTheConfigurationOfTheRunThatWroteIt) {
  const Config run = parse_config(
      "model: {cascades: 1, channels: 2, groups: 2}\n"
      "train: {phases: [{epochs: 1}, {cascades: 2, epochs: 1}]}\n",
      "run.yaml");
  EXPECT_EQ(load_network(ours(), run)->cascades(), 2);
  EXPECT_EQ(load_network(ours([](ModelConfig& m) { m.cascades = 1; }), run)->cascades(), 1);
  EXPECT_CONTAINS(
      error_of([&] { load_network(ours([](ModelConfig& m) { m.cascades = 3; }), run); }),
      "run.yaml:1: model.cascades: found 1; expected 3");
}

TEST(ModelOf, RefusesKeysOfAnotherNetwork) {
  Checkpoint checkpoint;
  checkpoint.path = "a.pt";
  checkpoint.model = default_model(NetworkName::varnet);
  EXPECT_TRUE(model_of(checkpoint) == *checkpoint.model);
  EXPECT_TRUE(model_of(checkpoint, config_of("cascades: 12")) == *checkpoint.model);
  const auto message = error_of([&] { model_of(checkpoint, config_of("groups: 2")); });
  EXPECT_CONTAINS(
      message,
      "c.yaml:3: model.groups: found 2; expected no such key, as the network in a.pt is "
      "varnet. Leave the key out");
}

// What is set beside a checkpoint need not name the network, of which the checkpoint speaks.
TEST(ModelOf, TakesKeysOfTheCheckpointsNetworkAlone) {
  const auto beside = [](const char* setting) {
    return parse_config("", "--set", {setting}, ModelFrom::checkpoint);
  };
  Checkpoint varnet;
  varnet.path = "a.pt";
  varnet.state = {
      {"cascades.0.model.unet.down_sample_layers.0.layers.0.weight", torch::ones({18, 2, 3, 3})}};
  const auto model = model_of(varnet, beside("model.sensitivity_from=all"));
  EXPECT_EQ(model.sensitivity_from, MapsFrom::all);
  EXPECT_EQ(model.sensitivity_channels, 8);  // the default of E2E-VarNet
  EXPECT_EQ(model_of(varnet, beside("model.channels=18")).channels, 18);  // no multiple of groups
  EXPECT_CONTAINS(error_of([&] { model_of(varnet, beside("model.groups=2")); }),
                  "--set model.groups=2: model.groups: found 2; expected no such key, as the "
                  "network in a.pt is varnet. Leave the key out");
  Checkpoint dircn;
  dircn.path = "b.pt";
  dircn.model = ModelConfig();
  EXPECT_CONTAINS(error_of([&] { model_of(dircn, beside("model.sensitivity_from=all")); }),
                  "model.sensitivity_from: found all; expected no such key, as the network in b.pt "
                  "is dircn. Leave the key out");
}

TEST_F(LoadNetwork, NamesParametersOfNoNetwork) {
  save_torch_file(folder_ / "other.pth", PickleDict{{"conv.weight", torch::ones({2})}});
  const auto message = error_of([&] { load_network(folder_ / "other.pth"); });
  EXPECT_CONTAINS(message, "other.pth: found parameters of another network: 'conv.weight'");
  EXPECT_CONTAINS(message, "expected those of DIRCN");
}

TEST_F(LoadNetwork, TakesNoMemoryThatAFileOnlyClaims) {
  ModelConfig huge;
  huge.cascades = 1000;
  huge.channels = 4096;
  save_checkpoint(folder_ / "huge.pt", {{"i_cascades.0.dc_weight", torch::ones({1})}}, huge);
  EXPECT_CONTAINS(error_of([&] { load_network(folder_ / "huge.pt"); }),
                  "parameters of the network that it is of");
}

TEST_F(LoadNetwork, NamesTheFileWhoseSizesMakeNoNetwork) {
  PickleDict state;
  const std::string unet = "i_cascades.0.i_model.model.inc.";
  state.set(unet + "conv1.weight", torch::ones({4, 4, 3, 3}));
  state.set(unet + "conv2.weight", torch::ones({3, 1, 3, 3}));
  save_torch_file(folder_ / "odd.pth", state);
  EXPECT_CONTAINS(error_of([&] { load_network(folder_ / "odd.pth"); }),
                  "odd.pth: model.groups: found 3");
}

}  // namespace
}  // namespace dircn::checkpoint_model_test
