#include "dircn/config/config.h"

#include <gtest/gtest.h>

#include <sstream>

#include "support/paths.h"

namespace dircn::config_test {
namespace {

namespace fs = std::filesystem;
using testing::read_file;

Config parse(const std::string& yaml, const std::vector<std::string>& overrides = {}) {
  return parse_config(yaml, "test.yaml", overrides);
}

fs::path shipped(const std::string& name) {
  return testing::source("configs/" + name);
}

// "The final model: 8 cascades, n=16, sensitivity n=4, groups 4 and 2, ratio 1/8, weighted sum,
// soft, interconnections", learning rate 2e-3, 120 epochs, milestones 30 and 90.
constexpr const char* kDefaults = R"(model:
  name: dircn
  cascades: 8
  channels: 16
  sensitivity_channels: 4
  groups: 4
  sensitivity_groups: 2
  se_ratio: 0.125
  se_squeeze: normalized
  aggregation: weighted_sum
  data_consistency: soft
  interconnections: true
data:
  layout: auto
  train: ""
  val: ""
  fov_crop: square
  crop: 384
  workers: 1
  prefetch: 4
  mask:
    type: equispaced_fraction
    center_fractions: [0.08, 0.04]
    accelerations: [4, 8]
  training_masks: file
  normalization: none
  normalization_fraction: 0.08
  augmentation:
    probability: 0.0
    schedule: exponential
    flips: 0.5
    right_angles: 0.5
    rotation: 1.0
    translation: 1.0
    scaling: 1.0
    shear: 1.0
    max_rotation: 180.0
    max_translation: 0.125
    max_scaling: 0.25
    max_shear: 15.0
  subset: 1.0
  validation_share: 0.0
  split_seed: 1
  simulation:
    anatomy: ["textures"]
    coil_maps: ""
    slices: 2000
    matrix: [160, 256]
    coils: [4, 12]
    snr: [5.0, 50.0]
    acceleration: [2.0, 12.0]
train:
  epochs: 120
  learning_rate: 0.002
  schedule:
    kind: multi_step
    warmup: 0.0
    milestones: [30, 90]
    factor: 0.1
    patience: 10
    threshold: 1.0e-04
    lowest: 0.0
    peak_at: 0.3
  loss:
    gaussian_ssim: 1.0
    uniform_ssim: 0.0
    l1: 1.0
    mse: 0.0
    range: target_max
    focal:
      by: zero_filled
      gamma: 0.0
  batch:
    size: 1
    at_once: 1
    milestones: []
    factor: 2
  optimizer:
    kind: adam
    amsgrad: true
    momentum: 0.9
    weight_decay: 0.0
    clip_norm: 0.0
    rate_factors:
      sensitivity: 1.0
      cascades: 1.0
      data_consistency: 1.0
      aggregation: 1.0
  ema: 0.0
  precision: fp32
  checkpointing: false
  start: ""
  phases: []
  seed: 1
  save_minutes: 10.0
  keep: 3
)";

TEST(Config, DefaultsPrintAsYaml) {
  EXPECT_EQ(to_yaml(Config()), kDefaults);
}

TEST(Config, NothingToReadMeansDefaults) {
  for (const char* yaml : {"", "\n\n", "# only a comment\n", "---\n",
                           "model:\ndata: ~\ntrain: {}\n", "\xEF\xBB\xBF"}) {
    EXPECT_EQ(to_yaml(parse(yaml)), kDefaults) << yaml;
  }
}

TEST(Config, ModelAloneSuffices) {
  const Config config =
      parse("model:\n  cascades: 2\n  data_consistency: variational\n  interconnections: false\n");
  EXPECT_EQ(config.model.cascades, 2);
  EXPECT_EQ(config.model.data_consistency, DataConsistency::variational);
  EXPECT_FALSE(config.model.interconnections);
  EXPECT_EQ(config.model.channels, 16);
  EXPECT_EQ(config.data.crop, 384);
}

TEST(Config, ReadsEveryKindOfValue) {
  const Config config = parse(
      "model: {se_ratio: 1, aggregation: none, se_squeeze: \"statistics\"}\n"
      "data:\n  train: 2022\n  val: 'a b # c'\n  fov_crop: none\n"
      "  split_seed: 9223372036854775807\n"
      "train:\n  start: \"\\x41\\n\\\"\"\n  learning_rate: 1E-5\n  schedule: {milestones: []}\n"
      "  precision: bf16\n");
  EXPECT_EQ(config.model.se_ratio, 1.0);
  EXPECT_EQ(config.model.aggregation, Aggregation::none);
  EXPECT_EQ(config.model.se_squeeze, SeSqueeze::statistics);
  EXPECT_EQ(config.data.train, "2022");
  EXPECT_EQ(config.data.val, "a b # c");
  EXPECT_EQ(config.train.start, "A\n\"");
  EXPECT_EQ(config.data.fov_crop, FovCrop::none);
  EXPECT_EQ(config.train.learning_rate, 1e-5);
  EXPECT_TRUE(config.train.schedule.milestones.empty());
  EXPECT_EQ(config.train.precision, Precision::bf16);
  EXPECT_EQ(config.data.split_seed, 9223372036854775807);
}

TEST(Config, AnchorsAndAliasesWork) {
  const Config config = parse("data: {train: &root /data, val: *root}\n");
  EXPECT_EQ(config.data.val, "/data");
}

TEST(Config, PrintedYamlReadsBackToTheSameBits) {
  Config config;
  config.model.channels = 20;
  config.model.se_ratio = 1.0 / 3.0;
  config.model.aggregation = Aggregation::concat;
  config.model.interconnections = false;
  config.data.train = "C:\\data\t\"x\"\n# y: [z]\x01\x7F \xC3\xA9";
  config.data.val = "true";
  config.train.start = " ~ ";
  config.data.fov_crop = FovCrop::none;
  config.data.layout = Layout::fastmri;
  config.data.mask = {MaskType::magic_fraction, {0.1, 1.0 / 3}, {2, 5}};
  config.train.learning_rate = 1e-5;
  config.train.schedule.factor = 1;
  config.train.schedule.milestones = {1, 2, 1000000};
  config.train.seed = 0;
  const Config back = parse(to_yaml(config));
  EXPECT_EQ(to_yaml(back), to_yaml(config));
  EXPECT_TRUE(back.model == config.model);
  EXPECT_EQ(back.model.se_ratio, 1.0 / 3.0);
  EXPECT_EQ(back.data.train, config.data.train);
  EXPECT_EQ(back.data.val, "true");
  EXPECT_EQ(back.train.start, " ~ ");
  EXPECT_EQ(back.data.layout, Layout::fastmri);
  EXPECT_EQ(back.data.mask.type, MaskType::magic_fraction);
  EXPECT_EQ(back.data.mask.center_fractions, config.data.mask.center_fractions);
  EXPECT_EQ(back.train.learning_rate, 1e-5);
  EXPECT_EQ(back.train.schedule.milestones, config.train.schedule.milestones);
}

TEST(Differences, AreNamedWithBothValues) {
  const Config before = parse("model: {cascades: 3}\ntrain: {schedule: {milestones: [5]}}\n");
  const Config now = parse("data: {train: here}\n");
  const auto found = differences(before, now);
  ASSERT_EQ(found.size(), 3U);
  EXPECT_EQ(found[0].key, "model.cascades");
  EXPECT_EQ(found[0].before, "3");
  EXPECT_EQ(found[0].now, "8");
  EXPECT_EQ(found[1].key, "data.train");
  EXPECT_EQ(found[2].key, "train.schedule.milestones");
  EXPECT_EQ(found[2].before, "[5]");
  EXPECT_TRUE(differences(now, now).empty());
}

TEST(Overrides, WinOverTheFileInTheirOrder) {
  const Config config =
      parse("model: {cascades: 3}\n",
            {"model.cascades=4", "train.schedule.milestones=[5, 6]", "data.train=/a=b",
             "model.cascades=5", "data={crop: 320, fov_crop: none}", "data.val="});
  EXPECT_EQ(config.model.cascades, 5);
  EXPECT_EQ(config.train.schedule.milestones, (std::vector<int64_t>{5, 6}));
  EXPECT_EQ(config.data.train, "/a=b");
  EXPECT_EQ(config.data.val, "");
  EXPECT_EQ(config.data.crop, 320);
  EXPECT_EQ(config.data.fov_crop, FovCrop::none);
}

TEST(ShippedConfigs, BaseIsTheDefaultAndTheChallengeModel) {
  EXPECT_EQ(to_yaml(load_config(shipped("base.yaml"))), kDefaults);
}

TEST(ShippedConfigs, PaperIsThePublishedModel) {
  const Config paper = load_config(shipped("paper.yaml"));
  ModelConfig expected;
  expected.cascades = 30;
  expected.channels = 20;
  expected.sensitivity_channels = 12;
  expected.groups = 4;
  expected.sensitivity_groups = 1;
  expected.aggregation = Aggregation::concat;
  EXPECT_TRUE(paper.model == expected) << to_yaml(paper);
  EXPECT_EQ(paper.train.learning_rate, 2e-3);
  EXPECT_TRUE(paper.train.checkpointing);
}

// Sriram et al. as published by fastMRI: 29,936,966 parameters.
TEST(ShippedConfigs, VarnetIsThePublishedModelAndItsDefault) {
  const Config varnet = load_config(shipped("varnet.yaml"));
  EXPECT_EQ(varnet.model.name, NetworkName::varnet);
  EXPECT_EQ(varnet.model.cascades, 12);
  EXPECT_EQ(varnet.model.channels, 18);
  EXPECT_EQ(varnet.model.pools, 4);
  EXPECT_EQ(varnet.model.sensitivity_channels, 8);
  EXPECT_EQ(varnet.model.sensitivity_pools, 4);
  EXPECT_EQ(varnet.model.sensitivity_from, MapsFrom::centre);
  EXPECT_EQ(to_yaml(varnet), to_yaml(parse("model: {name: varnet}\n")));
}

TEST(ShippedConfigs, BaseDocumentsEveryKey) {
  const std::string base = read_file(shipped("base.yaml"));
  std::istringstream lines(to_yaml(Config()));
  for (std::string line; std::getline(lines, line);) {
    const std::string key = line.substr(0, line.find(':') + 1);
    const std::string placeholder = "  # " + key.substr(key.find_first_not_of(' '));
    EXPECT_TRUE(base.find("\n" + key) != std::string::npos ||
                base.find("\n" + placeholder) != std::string::npos)
        << key;
  }
}

}  // namespace
}  // namespace dircn::config_test
