#include "dircn/formats/torch_file.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>
#include <limits>

#include "dircn/core/error.h"
#include "formats/torch_file_maker.h"
#include "support/paths.h"

namespace dircn::torch_file_test {
namespace {

namespace fs = std::filesystem;
using testing::golden;

double total(const torch::Tensor& tensor) {
  return tensor.to(torch::kFloat64).sum().item<double>();
}

std::vector<std::string> golden_files() {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(golden(""))) {
    if (entry.path().extension() == ".pth") {
      names.push_back(entry.path().filename().string());
    }
  }
  return names;
}

class GoldenFileTest : public ::testing::TestWithParam<std::string> {};

TEST_P(GoldenFileTest, loadsAndSurvivesARoundTrip) {
  const PickleValue value = load_torch_file(golden(GetParam()));
  EXPECT_GT(value.as_dict().size(), 2U);
  const testing::TemporaryFolder folder;
  save_torch_file(folder / "copy.pth", value);
  const PickleValue copy = load_torch_file(folder / "copy.pth");
  EXPECT_EQ(testing::fingerprint(copy), testing::fingerprint(value));
}

INSTANTIATE_TEST_SUITE_P(All, GoldenFileTest, ::testing::ValuesIn(golden_files()),
                         [](const auto& info) {
                           std::string name = fs::path(info.param).stem().string();
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

// Names, shapes and dtypes as golden/README.md lists them.
TEST(TorchFileTest, readsShapesAndDtypes) {
  const PickleValue file = load_torch_file(golden("S1_weighted.pth"));
  const PickleDict& dict = file.as_dict();
  EXPECT_EQ(dict.at("name").as_string(), "S1_weighted");
  EXPECT_EQ(dict.at("seed").as_int(), 101);
  EXPECT_EQ(dict.at("config").as_dict().at("ratio").as_double(), 0.125);
  EXPECT_TRUE(dict.at("config").as_dict().at("dense").as_bool());
  EXPECT_EQ(dict.at("state_dict").as_dict().size(), 484U);
  EXPECT_EQ(dict.at("masked_kspace").as_tensor().sizes(), at::IntArrayRef({1, 4, 64, 48, 2}));
  EXPECT_EQ(dict.at("masked_kspace").as_tensor().scalar_type(), torch::kFloat32);
  EXPECT_EQ(dict.at("mask").as_tensor().scalar_type(), torch::kBool);
  EXPECT_EQ(dict.at("mask").as_tensor().sizes(), at::IntArrayRef({1, 1, 1, 48, 1}));
  EXPECT_EQ(dict.at("output_f64").as_tensor().scalar_type(), torch::kFloat64);
  int64_t numbers = 0;
  for (const auto& entry : dict.at("state_dict").as_dict().entries()) {
    numbers += entry.second.as_tensor().numel();
  }
  EXPECT_EQ(numbers, 693957);
}

class ReferenceCheckpointTest : public ::testing::TestWithParam<const char*> {};

// Optimiser and scheduler states of checkpoints that the reference's own trainer wrote, one with
// CUDA tags.
TEST_P(ReferenceCheckpointTest, readsOptimizerAndScheduler) {
  const std::string name = GetParam();
  const PickleValue file = load_torch_file(golden(name + ".pth"));
  const PickleValue expected_file = load_torch_file(golden(name + "_expected.pth"));
  const PickleDict& expected = expected_file.as_dict();
  const PickleDict& optimizer = file.as_dict().at("optimizer").as_dict();
  const PickleDict& state = optimizer.at("state").as_dict();

  const torch::Tensor indices = expected.at("opt_state_indices").as_tensor();
  ASSERT_EQ(static_cast<int64_t>(state.size()), indices.numel());
  for (int64_t i = 0; i < indices.numel(); ++i) {
    const PickleDict& entry = state.at(indices[i].item<int64_t>()).as_dict();
    EXPECT_EQ(total(entry.at("step").as_tensor()), total(expected.at("opt_step").as_tensor()[i]));
    for (const std::string key : {"exp_avg", "exp_avg_sq", "max_exp_avg_sq"}) {
      const double reference = total(expected.at("opt_sum_" + key).as_tensor()[i]);
      EXPECT_NEAR(total(entry.at(key).as_tensor()), reference, 1e-9 + 1e-6 * std::abs(reference));
    }
  }
  const PickleDict& group = optimizer.at("param_groups").as_list().at(0).as_dict();
  EXPECT_EQ(group.at("lr").as_double(), expected.at("lr").as_double());
  EXPECT_EQ(group.at("betas").as_list().at(1).as_double(), 0.999);
  EXPECT_TRUE(group.at("foreach").is_none());
  EXPECT_EQ(static_cast<int64_t>(group.at("params").as_list().size()),
            expected.at("num_params").as_int());

  const PickleDict& scheduler = file.as_dict().at("scheduler").as_dict();
  EXPECT_EQ(scheduler.at("milestones").as_dict().at(30).as_int(), 1);
  EXPECT_EQ(scheduler.at("milestones").as_dict().at(90).as_int(), 1);
  EXPECT_EQ(scheduler.at("last_epoch").as_int(), expected.at("last_epoch").as_int());
  EXPECT_EQ(file.as_dict().at("epoch").as_int(), expected.at("epoch").as_int());
}

INSTANTIATE_TEST_SUITE_P(S7, ReferenceCheckpointTest,
                         ::testing::Values("S7_checkpoint-best", "S7_checkpoint-cuda-frozen"),
                         [](const auto& info) { return info.index == 0 ? "best" : "cuda"; });

TEST(TorchFileTest, keepsScalarsContainersAndSharing) {
  const testing::TemporaryFolder folder;
  const torch::Tensor base = torch::arange(6, torch::kFloat32).view({2, 3});
  PickleDict dict{{"none", {}},
                  {"flags", PickleValue::tuple({true, false})},
                  {"large", std::numeric_limits<int64_t>::min()},
                  {"small", -5},
                  {"real", 0.1},
                  {"text", "\xce\xbb = 0"},
                  {3, PickleValue::list({1, PickleDict{{"inner", PickleValue::list({})}}})},
                  {"tensor", base},
                  {"same", base},
                  {"view", base.t()}};
  save_torch_file(folder / "a.pth", dict);
  const PickleValue file = load_torch_file(folder / "a.pth");
  const PickleDict& read = file.as_dict();
  EXPECT_TRUE(read.at("none").is_none());
  EXPECT_TRUE(read.at("flags").is_tuple());
  EXPECT_TRUE(read.at("flags").as_list().at(0).as_bool());
  EXPECT_EQ(read.at("large").as_int(), std::numeric_limits<int64_t>::min());
  EXPECT_EQ(read.at("small").as_int(), -5);
  EXPECT_EQ(read.at("real").as_double(), 0.1);
  EXPECT_EQ(read.at("text").as_string(), "\xce\xbb = 0");
  EXPECT_TRUE(read.at(3).as_list().at(1).as_dict().at("inner").as_list().empty());
  EXPECT_TRUE(read.at("tensor").as_tensor().equal(base));
  EXPECT_TRUE(read.at("same").as_tensor().is_alias_of(read.at("tensor").as_tensor()));
  EXPECT_TRUE(read.at("view").as_tensor().equal(base.t()));
  EXPECT_TRUE(read.at("view").as_tensor().is_contiguous());
}

TEST(TorchFileTest, refusesToWriteOtherDtypes) {
  const testing::TemporaryFolder folder;
  const torch::Tensor sparse = torch::eye(2).to_sparse();
  EXPECT_THROW(save_torch_file(folder / "a.pth", sparse), Error);
  EXPECT_TRUE(fs::is_empty(folder.path()));
}

// Files of this process end at a few kilobytes, as on a full disk.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit{bytes, before_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() {
    setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }

 private:
  void (*handler_)(int);
  rlimit before_{};
};

TEST(TorchFileTest, failingWriteIsAnErrorAndLeavesNothing) {
  const testing::TemporaryFolder folder;
  std::string message;
  {
    const FileSizeLimit limit(8192);
    try {
      save_torch_file(folder / "big.pth", torch::zeros({10000}));
    } catch (const Error& error) {
      message = error.what();
    }
  }
  EXPECT_NE(message.find("big.pth"), std::string::npos) << message;
  EXPECT_NE(message.find("space left"), std::string::npos) << message;
  EXPECT_TRUE(fs::is_empty(folder.path()));
}

TEST(TorchFileTest, keepsTheOldFileWhenAWriteFails) {
  const testing::TemporaryFolder folder;
  save_torch_file(folder / "a.pth", 7);
  {
    const FileSizeLimit limit(8192);
    EXPECT_THROW(save_torch_file(folder / "a.pth", torch::zeros({10000})), Error);
  }
  EXPECT_EQ(load_torch_file(folder / "a.pth").as_int(), 7);
}

}  // namespace
}  // namespace dircn::torch_file_test
