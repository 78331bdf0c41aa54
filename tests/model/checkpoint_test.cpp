#include "dircn/model/checkpoint.h"

#include <gtest/gtest.h>
#include <torch/nn/module.h>

#include <limits>

#include "dircn/core/error.h"
#include "dircn/formats/torch_file.h"
#include "dircn/model/module_state.h"
#include "support/paths.h"

namespace dircn::checkpoint_test {
namespace {

using testing::golden;

bool has_key(const StateDict& state, const std::string& key) {
  return std::any_of(state.begin(), state.end(), [&](const auto& e) { return e.first == key; });
}

template <typename Act>
std::string error_of(const Act& act) {
  try {
    act();
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

/// What `act` writes to the log.
template <typename Act>
std::string log_of(const Act& act) {
  ::testing::internal::CaptureStderr();
  act();
  return ::testing::internal::GetCapturedStderr();
}

#define EXPECT_CONTAINS(text, part) \
  EXPECT_NE((text).find(part), std::string::npos) << "'" << (part) << "' is not in: " << (text)

// A network in miniature, with the reference's names where they matter.
struct TinyNetwork : torch::nn::Module {
  explicit TinyNetwork(bool weighted, int64_t channels = 2) {
    auto cascade = std::make_shared<torch::nn::Module>();
    cascade->register_parameter("dc_weight", torch::full({1}, 0.01));
    if (weighted) {
      cascade->register_parameter("cat_weight", torch::ones({1}));
    }
    auto bottle = std::make_shared<torch::nn::Module>();
    bottle->register_parameter("weight", torch::zeros({channels, 3}));
    bottle->register_buffer("window", torch::zeros({4}));
    cascade->register_module("final_bottle", bottle);
    auto cascades = std::make_shared<torch::nn::Module>();
    cascades->register_module("0", cascade);
    register_module("i_cascades", cascades);
  }

  torch::Tensor at(const std::string& key) {
    for (const auto& [name, tensor] : state_of(*this)) {
      if (name == key) {
        return tensor;
      }
    }
    throw std::runtime_error(key);
  }
};

const std::string kDc = "i_cascades.0.dc_weight";
const std::string kCat = "i_cascades.0.cat_weight";
const std::string kBottle = "i_cascades.0.final_bottle.weight";
const std::string kWindow = "i_cascades.0.final_bottle.window";

PickleDict tiny_state(const std::string& prefix = "") {
  return {{prefix + kDc, torch::full({1}, 0.5)},
          {prefix + kCat, torch::full({1}, 0.25)},
          {prefix + kBottle, torch::arange(6, torch::kFloat32).view({2, 3})},
          {prefix + kWindow, torch::ones({4})}};
}

class CheckpointTest : public ::testing::Test {
 protected:
  Checkpoint load(const PickleValue& content) {
    save_torch_file(path(), content);
    return load_checkpoint(path());
  }
  std::filesystem::path path() const { return folder_ / "model.pth"; }

  testing::TemporaryFolder folder_;
};

TEST_F(CheckpointTest, readsReferenceForms) {
  const Checkpoint weighted = load_checkpoint(golden("S1_weighted.pth"));
  EXPECT_EQ(weighted.state.size(), 484U);
  EXPECT_FALSE(weighted.model.has_value());
  EXPECT_TRUE(has_key(weighted.state, kCat));
  EXPECT_EQ(weighted.contents.as_dict().at("seed").as_int(), 101);

  const Checkpoint concat = load_checkpoint(golden("S2_concat.pth"));
  EXPECT_EQ(concat.state.size(), 643U);
  EXPECT_FALSE(has_key(concat.state, kCat));
  const std::string bottle = "i_cascades.2.i_model.model.final_bottle.";
  EXPECT_TRUE(has_key(concat.state, bottle + "conv1.weight"));
  EXPECT_FALSE(has_key(concat.state, bottle + "0.conv1.weight"));

  EXPECT_EQ(load_checkpoint(golden("S7_checkpoint-cuda-frozen.pth")).state.size(), 322U);
}

TEST_F(CheckpointTest, readsEveryWrapper) {
  EXPECT_EQ(load(tiny_state()).state.size(), 4U);
  EXPECT_EQ(load(PickleDict{{"state_dict", tiny_state()}}).state.size(), 4U);
  EXPECT_EQ(load(PickleDict{{"model", tiny_state()}, {"epoch", 3}}).state.size(), 4U);
  for (const char* key : {"model_state_dict", "params", "net", "network", "ema", "weights"}) {
    EXPECT_EQ(load(PickleDict{{key, tiny_state()}, {"epoch", 3}}).state.size(), 4U) << key;
    EXPECT_EQ(load(PickleDict{{key, tiny_state()}}).place, key);
  }
  const PickleDict inner{{"state_dict", tiny_state()}};
  EXPECT_EQ(load(PickleDict{{"net", inner}}).place, "net.state_dict");
  EXPECT_EQ(load(PickleDict{{"net", inner}}).state.size(), 4U);
  EXPECT_EQ(load(tiny_state()).place, "");
}

float first_value(const Checkpoint& checkpoint) {
  return checkpoint.state.at(0).second.item<float>();
}

PickleDict weights_of(float value) {
  return {{kDc, torch::full({1}, value)}};
}

ModelConfig unusual_model() {
  ModelConfig model;
  model.cascades = 3;
  model.channels = 20;
  model.sensitivity_channels = 12;
  model.groups = 5;
  model.sensitivity_groups = 1;
  model.se_ratio = 0.0625;
  model.se_squeeze = SeSqueeze::statistics;
  model.aggregation = Aggregation::none;
  model.data_consistency = DataConsistency::variational;
  model.interconnections = false;
  return model;
}

TEST_F(CheckpointTest, takesTheModelsOwnWeightsAndTheAverageOfBasicSr) {
  EXPECT_EQ(first_value(load(PickleDict{{"ema", weights_of(1)}, {"state_dict", weights_of(2)}})),
            2);
  EXPECT_EQ(first_value(load(PickleDict{{"ema", weights_of(1)}, {"model", weights_of(2)}})), 2);
  const std::string log = log_of([&] {
    const PickleDict basic{{"params", weights_of(1)}, {"params_ema", weights_of(2)}};
    EXPECT_EQ(first_value(load(basic)), 2);
  });
  EXPECT_CONTAINS(log, "model.pth: the weights are taken from 'params_ema', not from 'params'");
  for (const char* other : {"model", "ema"}) {
    const std::string both = log_of([&] {
      load(PickleDict{{other, weights_of(1)}, {"state_dict", weights_of(2)}});
    });
    EXPECT_CONTAINS(both, "model.pth: the weights are taken from 'state_dict', not from '" +
                              std::string(other) + "'");
  }
  const PickleDict own{{"ema", weights_of(1)},
                       {"state_dict", weights_of(2)},
                       {"model_config", to_dict(unusual_model())}};
  EXPECT_EQ(log_of([&] { load(own); }), "") << "as training writes it";
  // What holds tensors, but none of a network, is no candidate.
  const PickleDict moments{{"conv", torch::ones({1})}};
  EXPECT_EQ(load(PickleDict{{"state_dict", moments}, {"net", weights_of(3)}}).place, "net");
  EXPECT_EQ(
      load(PickleDict{{"callbacks", moments}, {"weights", moments}, {"model", moments}}).place,
      "model");
}

TEST_F(CheckpointTest, namesTheSeveralPlacesOfWeights) {
  const PickleDict file{{"net", weights_of(1)}, {"ema", PickleDict{{"shadow", weights_of(2)}}}};
  const std::string message = error_of([&] { load(file); });
  EXPECT_CONTAINS(message, "model.pth: found weights in several places: 'net', 'ema.shadow'");
  EXPECT_CONTAINS(message, "weights_only=False)['net']}, NEW_FILE)");
  const PickleDict own{{"net", weights_of(1)}, {"state_dict", weights_of(2)}};
  EXPECT_EQ(load(PickleDict{{"gan", own}}).place, "gan.state_dict");
  EXPECT_CONTAINS(error_of([&] {
                    load(PickleDict{{"gan", own}, {"net", weights_of(3)}});
                  }),
                  "several places: 'gan.state_dict', 'gan.net', 'net'");
}

TEST_F(CheckpointTest, leavesOutPrefixesOfKeys) {
  EXPECT_EQ(log_of([&] { load(tiny_state()); }), "");
  for (const std::string prefix :
       {"module.", "_orig_mod.", "model.", "net.", "model._orig_mod.", "_orig_mod.module.",
        "module._orig_mod.net.", "trainer.generator."}) {
    const std::string log = log_of([&] {
      const Checkpoint read = load(PickleDict{{"state_dict", tiny_state(prefix)}});
      EXPECT_EQ(read.state.size(), 4U) << prefix;
      EXPECT_TRUE(has_key(read.state, kBottle)) << prefix;
      TinyNetwork network(true);
      load_state(network, read);
      EXPECT_EQ(network.at(kBottle).sum().item<float>(), 15) << prefix;
    });
    EXPECT_CONTAINS(log, "model.pth: keys carry the prefix '" + prefix + "', which is left out");
    EXPECT_EQ(std::count(log.begin(), log.end(), '\n'), 1) << log;
  }
}

TEST_F(CheckpointTest, leavesOutWhatIsBesideAPrefixedNetwork) {
  PickleDict state = tiny_state("model.");
  state.set("loss.w", torch::ones({1, 1, 7, 7}));
  state.set("ValLoss.total", torch::ones({1}, torch::kInt64));
  const std::string log = log_of([&] {
    const Checkpoint read = load(PickleDict{{"state_dict", state}, {"loops", PickleDict()}});
    EXPECT_EQ(read.state.size(), 4U);
    EXPECT_TRUE(has_key(read.state, kWindow));
  });
  EXPECT_CONTAINS(log, "no parameters of the network: 'loss.w', 'ValLoss.total'");
}

TEST_F(CheckpointTest, ignoresCountersOfBatches) {
  for (const std::string prefix : {"", "module."}) {
    PickleDict state = tiny_state(prefix);
    state.set(prefix + "bn.num_batches_tracked", torch::full({}, 7, torch::kInt64));
    const std::string log = log_of([&] { EXPECT_EQ(load(state).state.size(), 4U); });
    EXPECT_CONTAINS(log, "'" + prefix + "bn.num_batches_tracked'");
  }
}

TEST_F(CheckpointTest, namesTheSeveralPrefixesOfNetworks) {
  PickleDict state = tiny_state("model.");
  state.set("teacher." + kDc, torch::ones({1}));
  const std::string message = error_of([&] { load(PickleDict{{"state_dict", state}}); });
  EXPECT_CONTAINS(message, "several networks, whose keys begin with 'model.', 'teacher.'");
}

TEST_F(CheckpointTest, convertsWeightsOfOtherPrecisions) {
  for (const auto dtype : {torch::kHalf, torch::kBFloat16, torch::kDouble}) {
    PickleDict state;
    const PickleDict floats = tiny_state();
    for (const auto& [key, value] : floats.entries()) {
      state.set(key, value.as_tensor().to(dtype));
    }
    TinyNetwork network(true);
    load_state(network, load(state));
    EXPECT_EQ(network.at(kBottle).scalar_type(), torch::kFloat32);
    EXPECT_EQ(network.at(kBottle).sum().item<float>(), 15);  // small integers: exact in all of them
    EXPECT_EQ(network.at(kDc).item<float>(), 0.5F);
  }
}

TEST_F(CheckpointTest, carriesTheModelConfiguration) {
  TinyNetwork network(true);
  save_checkpoint(path(), state_of(network), unusual_model(), {{"epoch", 7}});
  const Checkpoint read = load_checkpoint(path());
  ASSERT_TRUE(read.model.has_value());
  EXPECT_TRUE(*read.model == unusual_model());
  EXPECT_EQ(read.contents.as_dict().at("epoch").as_int(), 7);
  EXPECT_EQ(read.path, path());
  const PickleDict& dict = read.contents.as_dict().at("model_config").as_dict();
  EXPECT_EQ(dict.at("aggregation").as_string(), "none");
  EXPECT_EQ(dict.at("sensitivity_channels").as_int(), 12);
  EXPECT_EQ(dict.at("se_ratio").as_double(), 0.0625);
}

TEST_F(CheckpointTest, writesTheOriginalsFormForConcat) {
  ModelConfig model;
  model.aggregation = Aggregation::concat;
  save_checkpoint(path(),
                  {{kDc, torch::ones({1})}, {kCat, torch::ones({1})}, {kBottle, torch::ones({2})}},
                  model);
  const PickleValue file = load_torch_file(path());
  EXPECT_EQ(file.as_dict().at("state_dict").as_dict().describe_keys(),
            "'" + kDc + "', 'i_cascades.0.final_bottle.0.weight'");
  EXPECT_TRUE(has_key(load_checkpoint(path()).state, kBottle));
}

TEST_F(CheckpointTest, writesTheWeightedFormElse) {
  const torch::Tensor half = torch::full({1}, 0.5);
  for (const Aggregation aggregation : {Aggregation::weighted_sum, Aggregation::none}) {
    ModelConfig model;
    model.aggregation = aggregation;
    save_checkpoint(path(),
                    {{kDc, half},
                     {kBottle, half},
                     {"i_cascades.1.cat_weight", half},
                     {"i_cascades.1.dc_weight", half}},
                    model);
    const PickleValue file = load_torch_file(path());
    const PickleDict& state = file.as_dict().at("state_dict").as_dict();
    EXPECT_EQ(state.size(), 5U);
    EXPECT_EQ(state.at(kCat).as_tensor().item<float>(), 1.0F);
    EXPECT_EQ(state.at("i_cascades.1.cat_weight").as_tensor().item<float>(), 0.5F);
    EXPECT_NE(state.find(kBottle), nullptr);
  }
}

TEST_F(CheckpointTest, copiesIntoAModule) {
  TinyNetwork network(true);
  network.to(torch::kFloat64);
  load_state(network, load(tiny_state()));
  EXPECT_EQ(network.at(kCat).item<double>(), 0.25);
  EXPECT_EQ(network.at(kBottle).scalar_type(), torch::kFloat64);
  EXPECT_EQ(network.at(kBottle).sum().item<double>(), 15.0);
  EXPECT_EQ(network.at(kWindow).sum().item<double>(), 4.0);
}

TEST_F(CheckpointTest, allowsBothFormsOfTheAggregationWeight) {
  PickleDict without;
  const PickleDict with = tiny_state();
  for (const auto& [key, value] : with.entries()) {
    if (key != PickleDict::Key(kCat)) {
      without.set(key, value);
    }
  }
  TinyNetwork weighted(true);
  load_state(weighted, load(without));
  EXPECT_EQ(weighted.at(kCat).item<float>(), 1.0F);
  EXPECT_EQ(weighted.at(kDc).item<float>(), 0.5F);
  TinyNetwork plain(false);
  load_state(plain, load(with));
  EXPECT_EQ(plain.at(kDc).item<float>(), 0.5F);
}

TEST_F(CheckpointTest, namesWhatDiffersAndCopiesNothing) {
  PickleDict state = tiny_state();
  PickleDict other;
  for (const auto& [key, value] : state.entries()) {
    if (key != PickleDict::Key(kWindow)) {
      other.set(key, value);
    }
  }
  other.set("extra", torch::ones({7}));
  TinyNetwork network(true, 5);
  const std::string message = error_of([&] { load_state(network, load(other)); });
  EXPECT_CONTAINS(message, "model.pth: found parameters of another network");
  EXPECT_CONTAINS(message, "1 missing, 1 unexpected, 1 of another shape");
  EXPECT_CONTAINS(message, kBottle + ": shape [2, 3], expected [5, 3]");
  EXPECT_CONTAINS(message, kWindow + ": missing, expected shape [4]");
  EXPECT_CONTAINS(message, "extra: shape [7], unexpected");
  EXPECT_CONTAINS(message, "`model:`");
  EXPECT_EQ(network.at(kDc).item<float>(), 0.01F);
}

TEST_F(CheckpointTest, listsOnlyTheFirstFewDifferences) {
  TinyNetwork network(true);
  const std::string message =
      error_of([&] { load_state(network, load_checkpoint(golden("S1_weighted.pth"))); });
  EXPECT_CONTAINS(message, "2 missing, 481 unexpected, 0 of another shape");
  EXPECT_LT(std::count(message.begin(), message.end(), '\n'), 10);
}

TEST_F(CheckpointTest, refusesValuesThatAreNotFinite) {
  for (const double value : {std::nan(""), std::numeric_limits<double>::infinity()}) {
    PickleDict state = tiny_state();
    state.set(kBottle, torch::full({2, 3}, value));
    TinyNetwork network(true);
    const std::string message = error_of([&] { load_state(network, load(state)); });
    EXPECT_CONTAINS(message, "model.pth: " + kBottle + ": found NaN");
    EXPECT_EQ(network.at(kDc).item<float>(), 0.01F);
  }
}

struct BadContent {
  const char* name;
  PickleValue content;
  const char* message;
};

PickleDict with_config(const PickleDict::Key& key, const PickleValue& value) {
  PickleDict config = to_dict(ModelConfig());
  config.set(key, value);
  return {{"state_dict", tiny_state()}, {"model_config", config}};
}

class BadContentTest : public CheckpointTest, public ::testing::WithParamInterface<BadContent> {};

TEST_P(BadContentTest, isAnErrorNamingFileAndKey) {
  const std::string message = error_of([&] { load(GetParam().content); });
  EXPECT_CONTAINS(message, "model.pth");
  EXPECT_CONTAINS(message, GetParam().message);
}

INSTANTIATE_TEST_SUITE_P(
    All, BadContentTest,
    ::testing::Values(
        BadContent{"NoDict", PickleValue::list({}), "found list; expected dict"},
        BadContent{"NoStateDict", PickleDict{{"epoch", 3}, {"model", "DIRCN"}},
                   "found the keys 'epoch', 'model'; expected a state dict"},
        BadContent{"Empty", PickleDict(), "expected a state dict"},
        BadContent{"NoTensor", PickleDict{{"a", torch::ones({1})}, {"b", 3}},
                   "b: found int; expected torch.Tensor"},
        BadContent{"IntegerTensor", PickleDict{{"a", torch::ones({1}, torch::kInt64)}},
                   "a: found a tensor of dtype"},
        BadContent{"ComplexTensor", PickleDict{{"a", torch::ones({1}, torch::kComplexFloat)}},
                   "expected a float dtype"},
        BadContent{"NumberAsName", PickleDict{{"a", torch::ones({1})}, {0, torch::ones({1})}},
                   "without a name"},
        BadContent{"NumbersAsNames", PickleDict{{0, torch::ones({1})}}, "expected a state dict"},
        BadContent{"TwoForms",
                   PickleDict{{"i_cascades.0.final_bottle.0.w", torch::ones({1})},
                              {"i_cascades.0.final_bottle.w", torch::ones({1})}},
                   "final_bottle.w: found the same parameter"},
        BadContent{"ConfigIsText", PickleDict{{"state_dict", tiny_state()}, {"model_config", "x"}},
                   "model_config: found str; expected dict"},
        BadContent{"ConfigUnknownKey", with_config("cascade", 3), "unknown key cascade"},
        BadContent{"ConfigNumberKey", with_config(5, 3), "unknown key 5"},
        BadContent{
            "ConfigMissingKey",
            PickleDict{{"state_dict", tiny_state()}, {"model_config", PickleDict{{"cascades", 2}}}},
            "a key 'channels'"},
        BadContent{"ConfigWrongType", with_config("groups", "four"),
                   "model_config.groups: found str"},
        BadContent{"ConfigWrongName", with_config("aggregation", "sum"),
                   "model_config.aggregation: found sum"},
        BadContent{"ConfigOutOfRange", with_config("cascades", -1), "model.cascades"},
        BadContent{"ConfigGroups", with_config("groups", 3), "model.groups"}),
    [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace dircn::checkpoint_test
