#include "dircn/model/checkpoint.h"

#include <string>

#include "model/checkpoint_files.h"

namespace dircn::checkpoint_test {
namespace {

using testing::CheckpointTest;
using testing::error_of;
using testing::golden;
using testing::has_key;
using testing::kBottle;
using testing::kCat;
using testing::kDc;
using testing::tiny_state;
using testing::TinyNetwork;

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
