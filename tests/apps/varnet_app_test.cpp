// E2E-VarNet in every program that takes a network.

#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "dircn/model/module_state.h"
#include "support/command.h"
#include "support/paths.h"
#include "support/small_set.h"

namespace dircn::varnet_app_test {
namespace {

namespace fs = std::filesystem;
using testing::CommandResult;
using testing::run_command;

constexpr const char* kVarnet =
    "{name: varnet, cascades: 1, channels: 2, pools: 2, sensitivity_channels: 2, "
    "sensitivity_pools: 1}";
constexpr const char* kDircn =
    "{cascades: 1, channels: 2, sensitivity_channels: 2, groups: 2, sensitivity_groups: 1}";

class VarnetApp : public ::testing::Test {
 protected:
  void SetUp() override {
    testing::write_small_set(folder_ / "train", {2, 2, 2, 48, 40, 32});
    testing::write_small_set(folder_ / "val", {1, 2, 2, 48, 40, 32, 9});
  }

  std::string at(const std::string& name) const { return (folder_ / name).string(); }

  /// Trains `model` into the folder `run`.
  void train(const std::string& model, const std::string& run, const std::string& phases) const {
    testing::write_file(folder_ / (run + ".yaml"),
                        "model: " + model + "\ndata: {train: " + at("train") +
                            ", val: " + at("val") + ", crop: 32}\ntrain: {epochs: 1, ema: 0.9, " +
                            "checkpointing: true, schedule: {kind: constant}, phases: " + phases +
                            "}\n");
    run_well("train", "--config " + at(run + ".yaml") + " --output " + at(run));
  }

  static CommandResult run_well(const std::string& name, const std::string& arguments) {
    auto result = run_command(testing::program(name) + " --device cpu " + arguments);
    EXPECT_EQ(result.exit_code, 0) << result.output;
    return result;
  }

  testing::TemporaryFolder folder_;
};

// The second phase adds a cascade beside frozen sensitivity maps.
TEST_F(VarnetApp, TrainsByPhasesReconstructsAloneAndBesideDircnAndIsScored) {
  train(kVarnet, "varnet", "[{cascades: 1}, {cascades: 2, transfer: method_3, added: copy}]");
  train(kDircn, "dircn", "[]");
  const auto network = load_network(folder_ / "varnet/last.pt");
  EXPECT_EQ(network->config().name, NetworkName::varnet);
  EXPECT_EQ(network->config().cascades, 2);

  const auto made =
      run_well("reconstruct", "--checkpoint " + at("varnet/best.pt") + " " + at("dircn/best.pt") +
                                  " --flips --input " + at("val") + " --output " + at("both"));
  EXPECT_NE(made.output.find("1 volumes reconstructed"), std::string::npos) << made.output;
  run_well("eval", "--config " + at("varnet.yaml") + " --checkpoint " + at("varnet/best_ema.pt") +
                       " --report " + at("report"));
  EXPECT_NE(testing::read_file(folder_ / "report/index.html").find("E2E-VarNet, "),
            std::string::npos);
}

TEST_F(VarnetApp, TrainsInBfloat16) {
  train(kVarnet, "run", "[]");
  run_well("train", "--config " + at("run.yaml") + " --output " + at("bf16") +
                        " --set train.precision=bf16");
}

}  // namespace
}  // namespace dircn::varnet_app_test
