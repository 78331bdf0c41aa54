#include "dircn/simulate/simulated_set.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "dircn/core/error.h"
#include "dircn/data/volume.h"
#include "dircn/data/volume_tree.h"
#include "dircn/formats/hdf5.h"
#include "formats/hdf5_maker.h"
#include "simulate/small_head.h"
#include "support/paths.h"

namespace dircn::simulation::simulated_set_test {
namespace {

namespace fs = std::filesystem;
using testing::TemporaryFolder;

class SimulatedSet : public ::testing::Test {
 protected:
  SimulatedSet() {
    options_.output = folder_ / "set";
    options_.anatomy = testing::write_small_head(folder_.path()).string();
    options_.scan = {2, 3, 64, 32, 30};
    options_.train = 3;
    options_.val = 1;
    options_.leaderboard = 1;
  }

  std::string error() const {
    try {
      simulate_set(options_);
    } catch (const Error& error) {
      return error.what();
    }
    return "no error";
  }

  std::vector<std::string> files() const {
    std::vector<std::string> result;
    for (const auto& entry : fs::recursive_directory_iterator(options_.output)) {
      if (entry.is_regular_file()) {
        result.push_back(fs::relative(entry.path(), options_.output).string());
      }
    }
    std::sort(result.begin(), result.end());
    return result;
  }

  TemporaryFolder folder_;
  SetOptions options_;
};

TEST_F(SimulatedSet, HasTheChallengesLayout) {
  const SetSummary summary = simulate_set(options_);
  EXPECT_EQ(summary.written, 6);
  const std::vector<std::string> expected = {"leaderboard/acc4/image/brain_test_1.h5",
                                             "leaderboard/acc4/kspace/brain_test_1.h5",
                                             "leaderboard/acc8/image/brain_test_1.h5",
                                             "leaderboard/acc8/kspace/brain_test_1.h5",
                                             "simulation.json",
                                             "train/image/brain_acc4_1.h5",
                                             "train/image/brain_acc4_2.h5",
                                             "train/image/brain_acc8_1.h5",
                                             "train/kspace/brain_acc4_1.h5",
                                             "train/kspace/brain_acc4_2.h5",
                                             "train/kspace/brain_acc8_1.h5",
                                             "val/image/brain_acc4_1.h5",
                                             "val/kspace/brain_acc4_1.h5"};
  EXPECT_EQ(files(), expected);
  const auto volumes = find_volumes(options_.output / "leaderboard");
  ASSERT_EQ(volumes.size(), 2U);
  EXPECT_EQ(volumes[0].relative, "acc4/brain_test_1.h5");
}

TEST_F(SimulatedSet, VolumesAndImagesFitTogether) {
  simulate_set(options_);
  for (const VolumeEntry& entry : find_volumes(options_.output)) {
    const KspaceVolume volume(entry.kspace);
    EXPECT_EQ(volume.slices(), 2);
    EXPECT_EQ(volume.coils(), 3);
    EXPECT_EQ(volume.height(), 64);
    EXPECT_EQ(volume.width(), 32);
    ASSERT_TRUE(entry.image.has_value());
    const Hdf5File image(*entry.image);
    const torch::Tensor label = image.read_real("image_label");
    EXPECT_EQ(label.sizes(), torch::IntArrayRef({2, 30, 30}));
    EXPECT_EQ(image.dataset("image_input").shape, (std::vector<int64_t>{2, 30, 30}));
    EXPECT_FLOAT_EQ(image.read_number_attribute("max"), label.max().item<float>());
    EXPECT_TRUE(nlohmann::json::parse(image.read_text_attribute("annotations")).is_object());
    const torch::Tensor kspace = volume.read_slice(1);
    const bool masked = torch::equal(kspace, kspace * volume.mask());
    EXPECT_EQ(masked, entry.relative.string().find("leaderboard") == 0) << entry.relative;
  }
}

TEST_F(SimulatedSet, HasFastMrisLayout) {
  options_.layout = Layout::fastmri;
  EXPECT_EQ(simulate_set(options_).written, 6);
  const std::vector<std::string> expected = {"multicoil_test/file_brain_test_acc4_1.h5",
                                             "multicoil_test/file_brain_test_acc8_1.h5",
                                             "multicoil_train/file_brain_train_acc4_1.h5",
                                             "multicoil_train/file_brain_train_acc4_2.h5",
                                             "multicoil_train/file_brain_train_acc8_1.h5",
                                             "multicoil_val/file_brain_val_acc4_1.h5",
                                             "simulation.json"};
  EXPECT_EQ(files(), expected);
  const Hdf5File train(options_.output / expected[2]);
  const torch::Tensor label = train.read_real("reconstruction_rss");
  EXPECT_FALSE(train.has_dataset("mask"));
  EXPECT_FLOAT_EQ(train.read_number_attribute("max"), label.max().item<float>());
  EXPECT_FLOAT_EQ(train.read_number_attribute("norm"), label.norm().item<float>());
  EXPECT_EQ(train.read_text_attribute("acquisition").substr(0, 2), "AX");
  EXPECT_FALSE(train.read_text_attribute("patient_id").empty());
  const KspaceVolume test(options_.output / expected[0]);
  EXPECT_TRUE(torch::equal(test.read_slice(0), test.read_slice(0) * test.mask()));
  const Hdf5File test_file(options_.output / expected[0]);
  EXPECT_FALSE(test_file.has_dataset("reconstruction_rss"));
  EXPECT_TRUE(test_file.has_dataset("ismrmrd_header"));
}

TEST_F(SimulatedSet, CompletesWhatIsThere) {
  simulate_set(options_);
  const auto volume = [&](const char* kind) {
    return options_.output / "train" / kind / "brain_acc8_1.h5";
  };
  const std::string kspace = testing::read_file(volume("kspace"));
  const std::string image = testing::read_file(volume("image"));
  fs::remove(volume("kspace"));  // as an interruption between the two leaves it
  testing::write_file(options_.output / "val/kspace/brain_acc4_1.h5", "mine");
  options_.train = 4;
  const SetSummary summary = simulate_set(options_);
  EXPECT_EQ(summary.written, 2);
  EXPECT_EQ(summary.skipped, 5);
  EXPECT_EQ(to_string(summary), "2 volumes written, 5 skipped (already there)");
  EXPECT_EQ(testing::read_file(volume("kspace")), kspace);
  EXPECT_EQ(testing::read_file(volume("image")), image);
  EXPECT_EQ(testing::read_file(options_.output / "val/kspace/brain_acc4_1.h5"), "mine");
  EXPECT_TRUE(fs::exists(options_.output / "train/kspace/brain_acc8_2.h5"));
}

TEST_F(SimulatedSet, MixesNothingElseIn) {
  options_.train = 1;
  options_.val = options_.leaderboard = 0;
  simulate_set(options_);
  options_.scan.coils = 2;
  options_.seed = 9;
  const std::string text = error();
  EXPECT_NE(text.find("simulation.json: found seed 1, coils 3; expected seed 9, coils 2"),
            std::string::npos)
      << text;
  testing::write_file(options_.output / "simulation.json", "not JSON");
  EXPECT_NE(error().find("no JSON object"), std::string::npos);
  fs::remove(options_.output / "simulation.json");
  EXPECT_NE(error().find("but no simulation.json"), std::string::npos);
}

TEST_F(SimulatedSet, OptionsOfNoUseLeaveNoNote) {
  const SetOptions good = options_;
  options_.anatomy = (folder_ / "missing.nii").string();
  EXPECT_NE(error().find("missing.nii: found no such file"), std::string::npos);
  options_ = good;
  options_.scan.height = 16;
  EXPECT_NE(error().find("scan: found 2 slices, 3 coils, 16 x 32"), std::string::npos);
  options_ = good;
  options_.accelerations = {4, 4};
  EXPECT_NE(error().find("--acceleration"), std::string::npos);
  options_ = good;
  options_.train = options_.val = options_.leaderboard = 0;
  EXPECT_NE(error().find("no volumes"), std::string::npos);
  EXPECT_FALSE(fs::exists(options_.output / "simulation.json"));
}

TEST(HeadFiles, FindTheirBrainOrGuessIt) {
  const TemporaryFolder folder;
  const fs::path path = testing::write_small_head(folder.path());
  const HeadImages original = testing::small_head();
  const HeadImages with_brain = load_head(path.string());
  EXPECT_TRUE(torch::equal(with_brain.t1, original.t1));
  EXPECT_TRUE(torch::equal(with_brain.brain, original.brain));
  EXPECT_EQ(with_brain.spacing, original.spacing);
  fs::remove(folder / "head_brain.nii");
  const torch::Tensor guessed = load_head(path.string()).brain;
  const double overlap = (guessed * original.brain).sum().item<double>();
  EXPECT_GT(2 * overlap / (guessed.sum() + original.brain.sum()).item<double>(), 0.85);
}

}  // namespace
}  // namespace dircn::simulation::simulated_set_test
