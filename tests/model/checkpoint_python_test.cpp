// Checkpoints that other programs wrote, by Python's torch.

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <regex>
#include <string>

#include "dircn/core/error.h"
#include "dircn/model/checkpoint.h"
#include "dircn/model/checkpoint_model.h"
#include "dircn/model/module_state.h"
#include "support/golden.h"
#include "support/paths.h"
#include "support/python.h"

namespace dircn::checkpoint_python_test {
namespace {

namespace fs = std::filesystem;

class CheckpointPythonTest : public ::testing::Test {
 protected:
  void SetUp() override {
    DIRCN_NEEDS_PYTHON("numpy, torch");
    ASSERT_EQ(testing::run_python("'" + script() + "' '" + folder_.path().string() + "' '" +
                                  varnet().string() + "'"),
              0);
  }

  static std::string script() {
    return testing::source("tests/model/checkpoints_from_python.py").string();
  }

  static fs::path varnet() { return testing::golden("S9d_varnet_whole_centre.pth"); }

  testing::TemporaryFolder folder_;
};

void expect_the_network(const fs::path& path) {
  const Checkpoint checkpoint = load_checkpoint(path);
  ASSERT_EQ(checkpoint.state.size(), 3U) << path;
  EXPECT_EQ(checkpoint.state[0].first, "i_cascades.0.dc_weight") << path;
  EXPECT_EQ(checkpoint.state[0].second.item<float>(), 0.5F) << path;
  EXPECT_EQ(checkpoint.state[1].first, "i_cascades.0.final_bottle.weight") << path;
  EXPECT_TRUE(checkpoint.state[1]
                  .second.to(torch::kFloat32)
                  .equal(torch::arange(6, torch::kFloat32).view({2, 3})))
      << path;
}

TEST_F(CheckpointPythonTest, loadAsThePlainOne) {
  int count = 0;
  for (const auto& entry : fs::directory_iterator(folder_.path())) {
    if (entry.is_regular_file()) {
      expect_the_network(entry.path());
      ++count;
    }
  }
  EXPECT_EQ(count, 18);
}

TEST_F(CheckpointPythonTest, VarnetsOfOtherProgramsAreAsThePlainOne) {
  const auto expected = testing::GoldenFile(varnet().filename()).tensors("state_dict");
  auto model = default_model(NetworkName::varnet);
  model.cascades = 2;
  model.channels = 4;
  model.pools = 2;
  model.sensitivity_channels = 2;
  model.sensitivity_pools = 2;
  int count = 0;
  for (const auto& entry : fs::directory_iterator(folder_ / "varnet")) {
    const Checkpoint checkpoint = load_checkpoint(entry.path());
    EXPECT_EQ(checkpoint.state.size(), expected.size()) << entry.path();
    for (const auto& [key, tensor] : checkpoint.state) {
      ASSERT_EQ(expected.count(key), 1U) << key << " in " << entry.path();
      EXPECT_TRUE(tensor.equal(expected.at(key).to(tensor.scalar_type()))) << key;
    }
    EXPECT_TRUE(model_of(checkpoint) == model) << entry.path();
    EXPECT_TRUE(load_network(entry.path())->config() == model) << entry.path();
    ++count;
  }
  EXPECT_EQ(count, 14);
}

// The message's own lines, as they stand.
std::string advised(const fs::path& file, const fs::path& result) {
  std::string line;
  try {
    load_checkpoint(file);
  } catch (const Error& error) {
    const std::string message = error.what();
    const size_t start = std::min(message.find("weights = torch.load("), message.size());
    line = message.substr(start, message.rfind(')') + 1 - start);
  }
  EXPECT_FALSE(line.empty()) << file;
  line = std::regex_replace(line, std::regex("NEW_FILE"), "'" + result.string() + "'");
  return std::regex_replace(line, std::regex("FILE"), "'" + file.string() + "'") + "\n";
}

TEST_F(CheckpointPythonTest, theAdviceForWeightsOfOtherClassesWorks) {
  fs::create_directories(folder_ / "again");
  fs::create_directories(folder_ / "new");
  // The classes are those of the script that wrote the files.
  std::string program = "import sys\nsys.argv = ['', '" + (folder_ / "again").string() + "', '" +
                        varnet().string() + "']\nexec(open('" + script() + "').read())\n";
  for (const auto& entry : fs::directory_iterator(folder_ / "refused")) {
    program += advised(entry.path(), folder_ / "new" / entry.path().filename());
  }
  testing::write_file(folder_ / "advice.py", program);
  ASSERT_EQ(testing::run_python("'" + (folder_ / "advice.py").string() + "'"), 0) << program;
  int count = 0;
  for (const auto& entry : fs::directory_iterator(folder_ / "new")) {
    expect_the_network(entry.path());
    ++count;
  }
  EXPECT_EQ(count, 4);
}

}  // namespace
}  // namespace dircn::checkpoint_python_test
