// What is said of checkpoints and configurations.

#include <gtest/gtest.h>
#include <torch/types.h>
#include <torch/utils.h>

#include <cmath>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include "dircn/config/config.h"
#include "dircn/formats/torch_file.h"
#include "dircn/inspect/inspect.h"
#include "dircn/model/checkpoint.h"
#include "dircn/model/module_state.h"
#include "dircn/model/network.h"
#include "inspect/inspected.h"
#include "support/golden.h"
#include "support/paths.h"
#include "support/random_input.h"
#include "train/plan/phase_start.h"

namespace dircn::checkpoint_report_test {
namespace {

using testing::GoldenFile;
using testing::inspected;
using testing::TemporaryFolder;
using Json = nlohmann::ordered_json;

/// Sum of the sizes of the parameters whose names hold `part`.
int64_t numbers(const std::map<std::string, torch::Tensor>& state, const std::string& part) {
  int64_t sum = 0;
  for (const auto& [key, tensor] : state) {
    sum += key.find(part) != std::string::npos ? tensor.numel() : 0;
  }
  return sum;
}

void expect_parameters(const Json& report, const std::map<std::string, torch::Tensor>& state) {
  EXPECT_EQ(report["total"], numbers(state, ""));
  EXPECT_EQ(report["sensitivity"], numbers(state, "sens_net."));
  EXPECT_EQ(report["data_consistency_weights"], numbers(state, "dc_weight"));
  const int64_t aggregation = numbers(state, "cat_weight");
  EXPECT_EQ(report.contains("aggregation_weights"), aggregation > 0);
  EXPECT_EQ(report.value("aggregation_weights", int64_t{0}), aggregation);
  for (size_t t = 0; t < report["cascades"].size(); ++t) {
    EXPECT_EQ(report["cascades"][t],
              numbers(state, "i_cascades." + std::to_string(t) + ".i_model"));
  }
  EXPECT_FALSE(report.contains("other"));
}

TEST(InspectCheckpoint, ReadsTheGoldenOnes) {
  for (const char* name :
       {"S1_weighted.pth", "S2_concat.pth", "S3_variational.pth", "S4a_nodense.pth",
        "S4b_nointer.pth", "S4c_concat_plain.pth", "S4d_concat_odd.pth"}) {
    const GoldenFile golden(name);
    const ModelConfig model = golden.model_config();
    const auto report = inspected(testing::golden(name));
    EXPECT_TRUE(report["problems"].empty()) << report["problems"];
    EXPECT_EQ(report["kind"], "checkpoint");
    EXPECT_EQ(report["format"], "reference");
    EXPECT_EQ(report["state_dict"], "state_dict");
    EXPECT_EQ(report["not_finite"], 0);
    EXPECT_EQ(report["model_known_from"], "shapes");
    const auto& shapes = report["model"];
    EXPECT_EQ(shapes.begin().key(), "name");
    EXPECT_EQ(shapes["name"], "dircn");
    EXPECT_EQ(shapes["cascades"], model.cascades) << name;
    EXPECT_EQ(shapes["channels"], model.channels) << name;
    EXPECT_EQ(shapes["sensitivity_channels"], model.sensitivity_channels) << name;
    EXPECT_EQ(shapes["groups"], model.groups) << name;
    EXPECT_EQ(shapes["sensitivity_groups"], model.sensitivity_groups) << name;
    EXPECT_EQ(shapes["se_ratio"], model.se_ratio) << name;
    EXPECT_EQ(shapes["se_squeeze"], "normalized") << name;
    EXPECT_EQ(shapes["interconnections"], model.interconnections) << name;
    const bool weighted = golden.text("variant") == "weighted";
    EXPECT_EQ(report["parameters"].contains("aggregation_weights"), weighted) << name;
    const std::string expected = weighted ? "weighted_sum or none" : to_string(model.aggregation);
    EXPECT_EQ(shapes["aggregation"], expected) << name;
    expect_parameters(report["parameters"], golden.tensors("state_dict"));
  }
}

TEST(InspectCheckpoint, ReadsTheReferencesTraining) {
  const auto report = inspected(testing::golden("S7_checkpoint-best.pth"));
  EXPECT_EQ(report["format"], "reference");
  EXPECT_EQ(report["epoch"], 3);
  EXPECT_TRUE(report["optimizer"].get<bool>());
  EXPECT_TRUE(report["best_ssim"].is_null());
  EXPECT_EQ(report["parameters"]["total"], 59233);
  EXPECT_GT(report["dtypes"]["Float"], 300);
}

TEST(InspectCheckpoint, SaysOfEachNetworkOnlyWhatItHas) {
  const auto report = inspected(testing::golden("S9a_varnet.pth"));
  EXPECT_TRUE(report["problems"].empty()) << report["problems"];
  const auto state = GoldenFile("S9a_varnet.pth").tensors("state_dict");
  const Json expected{{"total", numbers(state, "")},
                      {"sensitivity", numbers(state, "sens_net.")},
                      {"cascades",
                       {numbers(state, "cascades.0.model"), numbers(state, "cascades.1.model"),
                        numbers(state, "cascades.2.model")}},
                      {"data_consistency_weights", 3}};
  EXPECT_EQ(report["parameters"], expected);
  EXPECT_EQ(report["model"], (Json{{"name", "varnet"},
                                   {"cascades", 3},
                                   {"channels", 6},
                                   {"sensitivity_channels", 4},
                                   {"pools", 3},
                                   {"sensitivity_pools", 3}}));
}

TEST(InspectCheckpoint, ReadsATrainingState) {
  const TemporaryFolder folder;
  Config config;
  config.model = testing::small_model();
  TrainingState state = first_phase(config, torch::kCPU);
  state.position.epoch = 7;
  state.position.steps = 140;
  state.position.best_ssim = 0.75;
  state.position.best_epoch = 5;
  save_training_state(folder / "last.pt", state, config);
  const auto inspection = inspect(folder / "last.pt");
  const auto report = Json::parse(inspection.json);
  EXPECT_TRUE(report["problems"].empty()) << report["problems"];
  EXPECT_EQ(report["format"], "dircn");
  EXPECT_EQ(report["epoch"], 7);
  EXPECT_EQ(report["steps"], 140);
  EXPECT_EQ(report["best_ssim"], 0.75);
  EXPECT_EQ(report["best_epoch"], 5);
  EXPECT_TRUE(report["optimizer"].get<bool>());
  EXPECT_EQ(report["model_known_from"], "checkpoint");
  EXPECT_EQ(report["model"]["channels"], config.model.channels);
  EXPECT_EQ(report["model"]["data_consistency"], "soft");
  testing::expect_in_text(report, inspection.text);
}

TEST(InspectCheckpoint, CountsWhatIsNotFinite) {
  const TemporaryFolder folder;
  auto state = state_of(*make_network(testing::small_model()));
  const torch::NoGradGuard no_grad;
  state[3].second.view({-1})[0] = std::nan("");
  state[5].second.view({-1})[1] = std::numeric_limits<float>::infinity();
  save_checkpoint(folder / "a.pt", state, testing::small_model());
  const auto inspection = inspect(folder / "a.pt");
  testing::expect_one_problem(inspection, folder / "a.pt", {"2 parameters", "NaN or Inf"});
  EXPECT_EQ(Json::parse(inspection.json)["not_finite"], 2);
}

TEST(InspectCheckpoint, StandsOtherNetworks) {
  const TemporaryFolder folder;
  PickleDict state;
  state.set("i_cascades.999999999999999999999.dc_weight", torch::ones({1}));
  state.set("i_cascades.x.weight", torch::ones({2}));
  state.set("i_cascades.", torch::ones({3}));
  state.set("conv", torch::ones({4}));
  save_torch_file(folder / "other.pth", state);
  const auto report = inspected(folder / "other.pth");
  EXPECT_TRUE(report["problems"].empty()) << report["problems"];
  EXPECT_EQ(report["format"], "another network");
  EXPECT_EQ(report["state_dict"], "none");
  EXPECT_EQ(report["parameters"], (Json{{"total", 10}, {"other", 10}}));
  EXPECT_TRUE(report["model"].empty());
}

TEST(InspectCheckpoint, ReadsThoseOfOtherPrograms) {
  const TemporaryFolder folder;
  PickleDict state;
  for (const auto& [key, tensor] : state_of(*make_network(testing::small_model()))) {
    state.set("model." + key, tensor.to(torch::kHalf));
  }
  state.set("loss.w", torch::ones({7}));
  save_torch_file(folder / "epoch.ckpt",
                  PickleDict{{"epoch", 3}, {"net", PickleDict{{"state_dict", state}}}});
  const auto report = inspected(folder / "epoch.ckpt");
  EXPECT_TRUE(report["problems"].empty()) << report["problems"];
  EXPECT_EQ(report["state_dict"], "net.state_dict");
  EXPECT_EQ(report["format"], "reference");
  EXPECT_EQ(report["model"]["channels"], testing::small_model().channels);
  EXPECT_EQ(report["dtypes"]["Half"], report["tensors"]);
  EXPECT_FALSE(report["parameters"].contains("other"));
}

TEST(InspectCheckpoint, StandsShapesOfNoNetwork) {
  const TemporaryFolder folder;
  PickleDict state;
  state.set("i_cascades.0.i_model.model.inc.conv1.weight", torch::ones({1}).squeeze());
  state.set("i_cascades.0.i_model.model.inc.conv2.weight", torch::ones({4}));
  state.set("i_cascades.0.i_model.model.down4_bottle.0.se.layer_1.weight", torch::ones({2}));
  save_torch_file(folder / "odd.pth", state);
  const auto report = inspected(folder / "odd.pth");
  EXPECT_TRUE(report["problems"].empty()) << report["problems"];
  EXPECT_EQ(report["model"]["cascades"], 1);
  EXPECT_FALSE(report["model"].contains("groups"));
  EXPECT_FALSE(report["model"].contains("se_ratio"));
}

TEST(InspectCheckpoint, DoesNotCountTheSameNumbersForever) {
  const TemporaryFolder folder;
  const auto storage = torch::ones({1 << 16});
  PickleDict state;
  for (int i = 0; i < 100; ++i) {
    state.set("weight" + std::to_string(i), storage);
  }
  save_torch_file(folder / "shared.pth", state);
  testing::expect_one_problem(inspect(folder / "shared.pth"), folder / "shared.pth",
                              {"share their numbers"});
}

TEST(InspectCheckpoint, NamesADamagedFile) {
  const TemporaryFolder folder;
  testing::write_file(folder / "a.bin", "PK and nothing more");
  testing::expect_one_problem(inspect(folder / "a.bin"), folder / "a.bin", {"expected"});
  testing::write_file(folder / "b.pt", "");
  testing::expect_one_problem(inspect(folder / "b.pt"), folder / "b.pt", {"expected"});
}

// --- Configurations ------------------------------------------------------------------------------

TEST(InspectConfig, CountsTheParametersOfTheNetworkItDescribes) {
  const TemporaryFolder folder;
  const std::vector<std::function<void(ModelConfig&)>> changes = {
      [](ModelConfig&) {},
      [](ModelConfig& c) { c.cascades = 1; },
      [](ModelConfig& c) { c.aggregation = Aggregation::concat, c.cascades = 3; },
      [](ModelConfig& c) { c.aggregation = Aggregation::none; },
      [](ModelConfig& c) { c.se_squeeze = SeSqueeze::statistics; },
      [](ModelConfig& c) { c.se_ratio = 0.3; },
      [](ModelConfig& c) { c.channels = 6, c.groups = 3, c.sensitivity_groups = 1; },
      [](ModelConfig& c) { c.interconnections = false; },
      [](ModelConfig& c) { c.data_consistency = DataConsistency::variational; },
  };
  for (const auto& change : changes) {
    Config config;
    config.model = testing::small_model();
    change(config.model);
    testing::write_file(folder / "a.yaml", to_yaml(config));
    const auto report = inspected(folder / "a.yaml");
    EXPECT_TRUE(report["problems"].empty()) << report["problems"];
    EXPECT_EQ(report["kind"], "configuration");
    std::map<std::string, torch::Tensor> state;
    for (const auto& [key, tensor] : state_of(*make_network(config.model))) {
      state.emplace(key, tensor);
    }
    expect_parameters(report["parameters"], state);
  }
}

TEST(InspectConfig, TellsEveryValue) {
  const TemporaryFolder folder;
  testing::write_file(
      folder / "a.yml",
      "model: {channels: 8, groups: 2}\n"
      "data: {train: \"12\", layout: fastmri}\n"
      "train: {learning_rate: 1e-4, schedule: {milestones: [3, 5]},\n"
      "        phases: [{cascades: 9, until: overfitting}, {freeze: [\"*.bias\"]}]}\n");
  const auto inspection = inspect(folder / "a.yml");
  const auto report = Json::parse(inspection.json);
  EXPECT_EQ(report["model"]["channels"], 8);
  EXPECT_EQ(report["model"]["cascades"], 8);  // its default
  EXPECT_EQ(report["model"]["interconnections"], true);
  EXPECT_EQ(report["data"]["train"], "12");
  EXPECT_EQ(report["data"]["layout"], "fastmri");
  EXPECT_EQ(report["data"]["mask"]["accelerations"].get<std::vector<int>>(),
            (std::vector<int>{4, 8}));
  EXPECT_EQ(report["train"]["learning_rate"], 1e-4);
  EXPECT_EQ(report["train"]["schedule"]["milestones"].get<std::vector<int>>(),
            (std::vector<int>{3, 5}));
  EXPECT_EQ(report["train"]["phases"].size(), 2u);
  EXPECT_EQ(report["train"]["phases"][0]["cascades"], 9);
  EXPECT_EQ(report["train"]["phases"][0]["until"], "overfitting");
  EXPECT_EQ(report["train"]["phases"][1]["freeze"].get<std::vector<std::string>>(),
            (std::vector<std::string>{"*.bias"}));
  testing::expect_in_text(report, inspection.text);
}

TEST(InspectConfig, BuildsNoHugeNetwork) {
  const TemporaryFolder folder;
  testing::write_file(folder / "a.yaml",
                      "model: {cascades: 1000, channels: 4096, groups: 1, aggregation: concat}\n");
  const auto report = inspected(folder / "a.yaml");
  EXPECT_TRUE(report["problems"].empty()) << report["problems"];
  EXPECT_GT(report["parameters"]["total"].get<double>(), 1e12);
}

TEST(InspectConfig, NamesWhatIsNotValid) {
  const TemporaryFolder folder;
  testing::write_file(folder / "a.yaml", "model: {chanels: 8}\n");
  testing::expect_one_problem(inspect(folder / "a.yaml"), folder / "a.yaml",
                              {"chanels", "channels"});
}

TEST(InspectOther, NamesWhatItCannotTell) {
  const TemporaryFolder folder;
  testing::write_file(folder / "a.txt", "a text");
  testing::expect_one_problem(inspect(folder / "a.txt"), folder / "a.txt", {"not HDF5"});
  testing::expect_one_problem(inspect(folder / "none"), folder / "none", {"no such file"});
  testing::expect_one_problem(inspect("/dev/null"), "/dev/null", {"neither a file nor a folder"});
}

}  // namespace
}  // namespace dircn::checkpoint_report_test
