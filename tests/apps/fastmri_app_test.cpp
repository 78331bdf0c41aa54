// The programs on a data set in fastMRI's layout, one after the other.

#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "dircn/formats/hdf5.h"
#include "support/command.h"
#include "support/paths.h"

namespace dircn::fastmri_app_test {
namespace {

namespace fs = std::filesystem;
using testing::run_command;
using testing::TemporaryFolder;

TEST(FastmriApps, SimulateTrainReconstructAndScore) {
  const TemporaryFolder folder;
  const auto data = (folder / "data").string();
  const auto succeed = [](const std::string& command) {
    const auto result = run_command(command);
    EXPECT_EQ(result.exit_code, 0) << command << "\n" << result.output;
    return result.output;
  };
  succeed(testing::program("simulate") + " --layout fastmri --anatomy phantom --output " + data +
          " --train 2 --val 1 --leaderboard 1 --acceleration 4 --slices 2 --coils 2 --height 72 "
          "--width 36 --label 32");
  testing::write_file(folder / "small.yaml",
                      "model: {cascades: 1, channels: 2, sensitivity_channels: 2, groups: 2, "
                      "sensitivity_groups: 1}\n"
                      "data:\n  train: " +
                          data + "/multicoil_train\n  val: " + data +
                          "/multicoil_val\n  mask: {type: random, center_fractions: [0.16], "
                          "accelerations: [4]}\n"
                          "train: {epochs: 1, schedule: {milestones: []}}\n");
  const auto config = " --config " + (folder / "small.yaml").string();
  const auto run = (folder / "run").string();
  succeed(testing::program("train") + config + " --output " + run);

  const auto output = (folder / "out").string();
  const auto reconstruct = testing::program("reconstruct") + config + " --checkpoint " + run +
                           "/best.pt --output " + output + " --input ";
  succeed(reconstruct + data + "/multicoil_test");
  const Hdf5File test(folder / "out/file_brain_test_acc4_1.h5");
  EXPECT_EQ(test.dataset("reconstruction").shape, (std::vector<int64_t>{2, 32, 32}));
  EXPECT_EQ(test.read_text_attribute("patient_id"), "simulated-1-leaderboard-4-1");

  succeed(reconstruct + data + "/multicoil_val");
  fs::remove(folder / "out/file_brain_test_acc4_1.h5");
  const auto files = folder / "files.json";
  const auto network = folder / "network.json";
  const auto eval = testing::program("eval") + config;
  const auto text = succeed(eval + " --target " + data + "/multicoil_val --reconstruction " +
                            output + " --json " + files.string());
  EXPECT_NE(text.find("fastmri"), std::string::npos) << text;
  succeed(eval + " --checkpoint " + run + "/best.pt --json " + network.string());
  const auto by_files = nlohmann::json::parse(testing::read_file(files))["overall"];
  const auto by_network = nlohmann::json::parse(testing::read_file(network))["overall"];
  for (const char* key : {"ssim", "ssim_zero_filled", "psnr", "nmse"}) {
    EXPECT_NEAR(by_files[key].get<double>(), by_network[key].get<double>(),
                1e-4 * by_files[key].get<double>() /* float32, threads */)
        << key;
  }
}

}  // namespace
}  // namespace dircn::fastmri_app_test
